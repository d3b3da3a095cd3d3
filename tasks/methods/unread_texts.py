"""What stands in a file beside its tables: kept word for word, so that nothing in a file vanishes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_CHARACTERS = 1000


def line_text(cells: Sequence[str]) -> str:
    """A line as one text: ``key: value``, or its cells with commas between; empty for a line without text."""
    texts = [c.strip() for c in cells if c.strip()]
    if not texts:
        return ""
    key = texts[0].rstrip(":").rstrip() or texts[0]
    return (f"{key}: {', '.join(texts[1:])}" if texts[1:] else texts[0])[:MOST_CHARACTERS]


def line_texts(lines: Iterable[Sequence[str]], section: str = "") -> list[str]:
    """Texts of the lines that have one, each once, in order; with their section's name before them."""
    before = f"{section}: " if section else ""
    return list(dict.fromkeys(f"{before}{text}" for cells in lines if (text := line_text(cells))))
