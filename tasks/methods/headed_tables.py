"""Tables with one header row, as most programs export them: columns found by name, numbers with their line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.errors import bad_input
from tasks.contracts import RawFile
from tasks.methods.lines import read_content, read_lines
from tasks.methods.numbers import DecimalMark, decimal_mark, read_numbers
from tasks.methods.workbooks import is_workbook, read_sheets

_SHOWN = 80
MOST_COUNT = 10**12  # nobody counts further; sums of such counts still fit into 64 bits


@dataclass(frozen=True)
class HeadedTable:
    """A table found in a file. ``rows``: line number and stripped cells, as many as the header has at least.

    ``above`` holds the cells of the lines before the header, ``below`` the first line after the table's end.
    """

    file: str
    line: int  # of the header
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    above: tuple[tuple[str, ...], ...] = ()
    below: str = ""

    @cached_property
    def mark(self) -> DecimalMark:
        """Decimal mark of the whole table."""
        return decimal_mark([c for _, cells in self.rows for c in cells], is_grouped=False)

    def index(self, *names: str) -> int | None:
        """Column whose title is one of the names, in any case; the first name that is there wins."""
        titles = [_plain(h) for h in self.header]
        return next((titles.index(p) for n in names if (p := _plain(n)) in titles), None)

    def texts(self, *names: str) -> list[str]:
        """Cells of a column, top down; empty texts where there is none."""
        at = self.index(*names)
        return [""] * len(self.rows) if at is None else [cells[at] for _, cells in self.rows]

    def numbers(self, *names: str, words: Sequence[str] = ()) -> list[float | None]:
        """Numbers of a column; null for empty cells, instrument words and ``words``. Raises for any other text."""
        at = self.index(*names)
        if at is None:
            return [None] * len(self.rows)
        texts = self.texts(*names)
        read = read_numbers(texts, self.mark)
        for (line, _), text, flag in zip(self.rows, texts, read["flag"], strict=True):
            if flag == "unreadable" and text.lower() not in words:
                raise bad_input(
                    self.file,
                    f"line {line}, column {self.header[at].strip()}",
                    "not_a_number",
                    f"{text!r} is no number",
                    "Export the file again; if it was edited by hand, restore this cell.",
                    text,
                )
        return read["value"].to_list()

    def counts(self, *names: str, words: Sequence[str] = ()) -> list[int | None]:
        """Whole numbers of a column, not below 0. Raises for others."""
        found: list[int | None] = []
        for (line, _), number in zip(self.rows, self.numbers(*names, words=words), strict=True):
            if number is not None and (number < 0 or number != int(number) or number > MOST_COUNT):
                message = f"{number:g} is no count; a whole number from 0 up was expected"
                remedy = "Restore the counted number; a percentage or density belongs into its own column."
                raise bad_input(self.file, f"line {line}", "not_a_count", message, remedy, f"{number:g}")
            found.append(None if number is None else int(number))
        return found

    def unread(self, *used: str) -> tuple[str, ...]:
        """Titles of the columns that are not among those used, and what stands below the table."""
        known = {_plain(name) for name in used}
        left = [h.strip() for h in self.header if h.strip() and _plain(h) not in known]
        return tuple(dict.fromkeys([*left, *([f"below the table: {self.below}"] if self.below else [])]))


def _plain(title: str) -> str:
    return " ".join(title.replace("μ", "µ").casefold().split())


def headed_table(
    raw: RawFile, product: str, is_header: Callable[[Sequence[str]], bool], expected: str, remedy: str
) -> HeadedTable:
    """Find the first row that ``is_header`` and the rows below it, up to an empty line.

    Of a workbook the first sheet that has such a row is read. Rows that leave out empty cells at their end are
    filled up. Raises ``BadInputError`` for a file without titles or
    without rows below them, and when the last row is shorter than the others (a file cut off).
    """
    content = read_content(raw, product)
    sheets = read_sheets(content, raw.name).values() if is_workbook(content) else (read_lines(raw, product),)
    lines: list[list[str]] = []
    start = None
    for lines in sheets:
        start = next((i for i, cells in enumerate(lines) if is_header([c.strip() for c in cells])), None)
        if start is not None:
            break
    if start is None:
        raise bad_input(raw.name, "", "no_header", f"no line has the titles {expected}", remedy)
    header = [c.strip() for c in lines[start]]
    while header and not header[-1]:
        header.pop()
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(lines[start + 1 :], start=start + 2):
        if not any(c.strip() for c in cells):
            break
        rows.append((number, tuple(c.strip() for c in cells)))
    if not rows:
        raise bad_input(
            raw.name, f"line {start + 1}", "no_rows", "no row follows the titles; results were expected", remedy
        )
    usual = min(len(header), Counter(len(cells) for _, cells in rows).most_common(1)[0][0])
    if len(rows[-1][1]) < usual:
        message = f"the last row has {len(rows[-1][1])} cells, the others {usual}; the file was cut off"
        raise bad_input(raw.name, f"line {rows[-1][0]}", "cut_off", message, remedy)
    width = len(header)
    filled = tuple((number, (*cells[:width], *[""] * (width - len(cells)))) for number, cells in rows)
    after = (line for line in lines[rows[-1][0] :] if any(c.strip() for c in line))
    below = ", ".join(c.strip() for c in next(after, []) if c.strip())[:_SHOWN]
    above = tuple(tuple(c.strip() for c in cells) for cells in lines[:start])
    return HeadedTable(raw.name, start + 1, tuple(header), filled, above, below)
