"""Ways in which files get damaged between instrument and landing zone, as a Hypothesis strategy.

Text and binary files alike; of a workbook the parts inside its zip too, so that the zip itself stays sound.
"""

from __future__ import annotations

import io
import zipfile
import zlib
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


def _insert_nulls(content: bytes, at: int, value: int) -> bytes:
    place = at % (len(content) + 1)
    return content[:place] + bytes(value % 64 + 1) + content[place:]


def _flip_many(content: bytes, at: int, value: int) -> bytes:
    damaged = bytearray(content)
    for place in range(at % 97, len(damaged), 997 + at % 997):
        damaged[place] ^= value or 1
    return bytes(damaged)


def _repeat_block(content: bytes, at: int, value: int) -> bytes:
    lines = content.split(b"\n")
    place = at % len(lines)
    block = lines[place : place + 5 + value]
    return b"\n".join([*lines[:place], *block * (1 + 20_000 // (1 + sum(map(len, block)))), *lines[place:]])


def _swap_lines(content: bytes, at: int, value: int) -> bytes:
    lines = content.split(b"\n")
    one, other = at % len(lines), (at // 7 + value) % len(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _long_number(content: bytes, at: int, value: int) -> bytes:
    place = content.find(b"1", at % (len(content) + 1))
    return content if place < 0 else content[:place] + b"1" * (300 + 20 * value) + content[place:]


def _quote(content: bytes, at: int, value: int) -> bytes:
    place = at % (len(content) + 1)
    return content[:place] + (b'"', b"'", b"<", b"[", b"##", b"\r", b"\x1a", b"&amp;")[value % 8] + content[place:]


def _in_workbook(content: bytes, at: int, value: int) -> bytes:
    """A part of the workbook damaged, left out or pointing far away, in a zip that is whole."""
    if not content.startswith(b"PK"):
        return _flip_many(content, at, value)
    target = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            chosen = names[at % len(names)]
            for name in names:
                part = old.read(name)
                if name == chosen and value % len(IN_PARTS) == 0:
                    continue
                new.writestr(name, IN_PARTS[value % len(IN_PARTS)](part, at, value) if name == chosen else part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return content  # an earlier damage broke the zip
    return target.getvalue()


def _far_cell(part: bytes, _: int, __: int) -> bytes:
    return part.replace(b'r="A1"', b'r="XFD1048576"')


def _entities(part: bytes, _: int, __: int) -> bytes:
    return part.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY e "e">]>', 1)


IN_PARTS = (_truncate, _truncate, _flip, _flip_many, _far_cell, _entities, _long_number, _insert_nulls, _quote)
DAMAGES: tuple[Callable[[bytes, int, int], bytes], ...] = (
    _truncate, _flip, _repeat_line, _drop_line, _recode, _replace_cell, _widen, _swap_separator,
    _insert_nulls, _flip_many, _repeat_block, _swap_lines, _long_number, _quote, _in_workbook,
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
