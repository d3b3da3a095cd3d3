"""Ways in which files get damaged between instrument and landing zone, as a Hypothesis strategy."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

HUGE = (b"1e999", b"99999999999999999999999", b"-1", b"nan", b"", b"1,5", b"=1+1", b"\0")


def _truncate(content: bytes, at: int, _: int) -> bytes:
    return content[: at % (len(content) + 1)]


def _flip(content: bytes, at: int, value: int) -> bytes:
    place = at % max(len(content), 1)
    return content[:place] + bytes([value % 256]) + content[place + 1 :]


def _repeat_line(content: bytes, at: int, _: int) -> bytes:
    lines = content.split(b"\n")
    place = at % len(lines)
    return b"\n".join([*lines[: place + 1], *lines[place:]])


def _drop_line(content: bytes, at: int, _: int) -> bytes:
    lines = content.split(b"\n")
    del lines[at % len(lines)]
    return b"\n".join(lines)


def _recode(content: bytes, at: int, _: int) -> bytes:
    return content.decode("latin-1").encode(("utf-16", "utf-16-be", "utf-32", "utf-8-sig")[at % 4])


def _replace_cell(content: bytes, at: int, value: int) -> bytes:
    separator = b"\t" if b"\t" in content else b","
    cells = content.split(separator)
    cells[at % len(cells)] = HUGE[value % len(HUGE)]
    return separator.join(cells)


def _widen(content: bytes, at: int, _: int) -> bytes:
    lines = content.split(b"\n")
    separator = b"\t" if b"\t" in content else b","
    lines[at % len(lines)] += separator.join([b"1"] * 10_000)
    return b"\n".join(lines)


def _swap_separator(content: bytes, at: int, _: int) -> bytes:
    return content.replace(b",", (b";", b"\t", b"|")[at % 3])


DAMAGES: tuple[Callable[[bytes, int, int], bytes], ...] = (
    _truncate, _flip, _repeat_line, _drop_line, _recode, _replace_cell, _widen, _swap_separator,
)  # fmt: skip


def damages(most: int = 3) -> st.SearchStrategy[list[tuple[Callable[[bytes, int, int], bytes], int, int]]]:
    """Up to ``most`` damages, each with a place and a value."""
    one = st.tuples(st.sampled_from(DAMAGES), st.integers(0, 10**6), st.integers(0, 255))
    return st.lists(one, min_size=1, max_size=most)


def damaged(content: bytes, found: list[tuple[Callable[[bytes, int, int], bytes], int, int]]) -> bytes:
    """The content after all damages."""
    for damage, at, value in found:
        content = damage(content, at, value)
    return content
