"""What a delimited text file looks like: separator, comment lines, names, first rows."""

from __future__ import annotations

import csv
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from schemas.errors import bad_input
from tasks.contracts import GZIP_MAGIC, HEAD_BYTES, RawFile
from tasks.methods.text import decode, is_binary

_SEPARATORS = ("\t", ";", ",", " ")  # asked in this order: decimal commas stand in semicolon files
_SNIFFED_ROWS = 100
_SHARE_OF_EQUAL_ROWS = 0.5
_EXCEL_HINT = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a file is written. ``names`` and ``rows`` have the same width unless rows are ragged."""

    separator: str
    line: int  # line number of the first row that is no comment and not blank
    comments: tuple[str, ...]
    first: tuple[str, ...]  # that row as it stands
    rows: tuple[tuple[str, ...], ...]  # the rows after it, up to a hundred

    @property
    def names(self) -> tuple[str, ...]:
        """The first row as column names, ``""`` where R's write.table leaves the id column unnamed."""
        if not self.rows:
            return self.first
        width = Counter(map(len, self.rows)).most_common(1)[0][0]
        if len(self.first) == width + 1 and self.first[-1] == "":
            return self.first[:-1]  # only the header ends with a separator
        if len(self.first) != width - 1:
            return self.first
        if all(row[-1] == "" for row in self.rows if len(row) == width):
            return (*self.first, "")  # every row ends with a separator
        return ("", *self.first)

    def column(self, index: int) -> list[str]:
        """The cells of a column in the first rows; ragged rows are left out."""
        return [row[index].strip() for row in self.rows if index < len(row)]


def text_of(raw: RawFile, expected: str = "a table of counts") -> str:
    """Give a file's whole text, lines ended by newline. Raises ``BadInputError`` for damaged gzip and binary files."""
    try:
        content = raw.content
    except (OSError, EOFError, zlib.error) as error:
        raise bad_input(
            raw.name,
            "",
            "damaged_gzip",
            f"the gzip file is cut short or damaged ({error})",
            "Copy the file again and compare its size with the original.",
        ) from error
    if not content.strip():
        raise bad_input(raw.name, "", "empty_file", "the file is empty", "Export or copy it again.")
    if is_binary(content[:HEAD_BYTES]):
        raise bad_input(
            raw.name,
            "",
            "not_text",
            f"the file is not text, expected {expected}",
            "Save it as CSV or tab-separated text (a workbook: one sheet a file).",
        )
    return decode(content)


def is_plain(raw: RawFile) -> bool:
    """Whether the bytes on disk can be read as they are: UTF-8 without mark, ordinary line ends, no gzip."""
    head = raw.head
    with raw.path.open("rb") as stream:
        if stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
            return False
    return not head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) and (
        b"\0" not in head and head.count(b"\r") == head.count(b"\r\n")
    )


@lru_cache(maxsize=1)  # every parser asks about the same file in turn
def sniff(raw: RawFile) -> Dialect | None:
    """Guess the dialect from the file's head; null for what is no delimited text. Never raises."""
    if raw.head.startswith(GZIP_MAGIC) or is_binary(raw.head):
        return None
    text = decode(raw.head)
    if len(raw.head) == HEAD_BYTES:
        if text.count("\n") <= 1 and max(map(text.count, _SEPARATORS[:3])) >= _SNIFFED_ROWS:
            try:  # a header of many thousand features: its rows begin behind the head
                text = decode(raw.content)
            except (OSError, EOFError, zlib.error):
                return None
        else:
            text = text[: text.rfind("\n") + 1]  # the last line is cut
    return dialect(text)


def dialect_of(raw: RawFile, expected: str) -> Dialect:
    """Give the dialect of a file that must be ``expected``. Raises ``BadInputError`` for what is no delimited text."""
    found = sniff(raw) or dialect(text_of(raw, expected))
    if found is None:
        raise bad_input(
            raw.name,
            "",
            "not_delimited",
            f"the file is no table (no tab, semicolon, comma or space separates columns), expected {expected}",
            "Export it as CSV or tab-separated text, or copy it again.",
        )
    return found


def dialect(text: str) -> Dialect | None:
    """Guess how a text is delimited; null when no separator gives at least two columns."""
    lines = text.split("\n", _SNIFFED_ROWS + 50)[: _SNIFFED_ROWS + 50]
    start, comments = 0, []
    separators: Iterable[str] = _SEPARATORS
    while start < len(lines) and (not lines[start].strip() or lines[start].startswith("#")):
        comments += [lines[start]] if lines[start].strip() else []
        start += 1
    if start < len(lines) and (hint := _EXCEL_HINT.match(lines[start].strip())):
        separators, start = (hint[1],), start + 1
    best: tuple[float, Dialect] | None = None
    for separator in separators:
        try:
            rows = [tuple(row) for row in csv.reader(lines[start:], delimiter=separator) if any(row)]
        except csv.Error:
            continue
        if not rows:
            return None
        data = [len(row) for row in rows[1:]] or [len(rows[0])]
        width, equal = Counter(data).most_common(1)[0]
        share = equal / len(data)
        if width == 1 or share < _SHARE_OF_EQUAL_ROWS or (separator == " " and (best or len(rows) == 1)):
            continue
        score = share + (abs(len(rows[0]) - width) <= 1)
        if best is None or score > best[0]:
            best = (
                score,
                Dialect(separator, start + 1, tuple(comments), tuple(rows[0]), tuple(rows[1 : _SNIFFED_ROWS + 1])),
            )
    return best[1] if best else None
