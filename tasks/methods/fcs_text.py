"""HEADER and TEXT of a data set in an FCS file: where its segments lie and what its keywords say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.errors import BadInputError, bad_input

HEADER_BYTES = 58
REMEDY = "Export or copy the file from the cytometer's computer again."
_VERSION = re.compile(rb"FCS\d\.\d")
_PADDING = b"\0 \t\r\n"
_FIRST, _WIDTH, _SEGMENTS = 10, 8, 3
_NEEDED = ("$PAR", "$DATATYPE")


@dataclass(frozen=True)
class Segment:
    """First and last byte of a segment, counted from the start of its data set."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        """Bytes of the segment."""
        return self.end - self.begin + 1


@dataclass(frozen=True)
class Header:
    """The first 58 bytes; a segment whose offsets are blank, zero or no numbers is null."""

    version: str
    text: Segment | None
    data: Segment | None
    analysis: Segment | None = None


def is_fcs(head: bytes) -> bool:
    """Whether the bytes begin as an FCS data set does."""
    return _VERSION.match(head) is not None


def read_header(content: memoryview, base: int, file: str) -> Header:
    """HEADER of the data set that begins at byte ``base``. Raises ``BadInputError`` when there is none."""
    found = bytes(content[base : base + HEADER_BYTES])
    if not is_fcs(found):
        raise bad_input(
            file, f"byte {base}", "no_fcs_header",
            "no FCS data set begins here; the letters FCS and a version were expected", REMEDY, repr(found[:8]),
        )  # fmt: skip
    if len(found) < HEADER_BYTES:
        message = f"the file ends after {len(content)} bytes, within its header; it is cut off"
        raise bad_input(file, f"byte {base}", "file_cut_off", message, REMEDY)
    numbers = [
        _offset(found[_FIRST + i * _WIDTH : _FIRST + (i + 1) * _WIDTH].decode("latin-1")) for i in range(2 * _SEGMENTS)
    ]
    text, data, analysis = (segment(*numbers[i : i + 2]) for i in (0, 2, 4))
    return Header(found[3:6].decode(), text, data, analysis)


def segment(begin: int | None, end: int | None) -> Segment | None:
    """Two offsets as a segment; null unless both are there and in order."""
    return Segment(begin, end) if begin and end and end >= begin else None


def _offset(text: str) -> int | None:
    try:
        return int(text.strip())
    except ValueError:
        return None


def whole_number(keywords: Mapping[str, str], name: str) -> int | None:
    """A keyword as a whole number; null where it is missing, blank or none."""
    number = decimal_number(keywords, name)
    return int(number) if number is not None and number == int(number) else None


def decimal_number(keywords: Mapping[str, str], name: str) -> float | None:
    """A keyword as a number; null where it is missing, blank, infinite or none."""
    try:
        number = float(keywords.get(name, "").strip().replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def read_keywords(content: memoryview, base: int, header: Header, file: str) -> dict[str, str]:
    """Keywords of primary and supplemental TEXT, names in capitals; what stands twice counts as first written.

    Raises ``BadInputError`` when TEXT is not where the header says, or lacks what is needed to read events.
    """
    place = f"byte {base}, TEXT"
    if header.text is None or base + header.text.begin >= len(content):
        raise bad_input(file, place, "no_text_segment", "the header does not say where the keywords are", REMEDY)
    if base + header.text.end >= len(content):
        message = f"the keywords reach to byte {base + header.text.end}, the file has {len(content)}; it is cut off"
        raise bad_input(file, place, "file_cut_off", message, REMEDY)
    primary = bytes(content[base + header.text.begin : base + header.text.end + 1])
    keywords = pairs(primary)
    lacking = [name for name in _NEEDED if name not in keywords]
    if lacking:
        message = f"the keywords lack {' and '.join(lacking)}; {len(keywords)} keywords were found"
        raise bad_input(file, place, "keywords_missing", message, REMEDY, repr(primary[:40]))
    more = segment(whole_number(keywords, "$BEGINSTEXT"), whole_number(keywords, "$ENDSTEXT"))
    if more and more != header.text and base + more.end < len(content):
        supplement = bytes(content[base + more.begin : base + more.end + 1])
        for name, value in pairs(supplement, primary[:1]).items():
            keywords.setdefault(name, value)
    return keywords


def pairs(text: bytes, delimiter: bytes = b"") -> dict[str, str]:
    """Keywords and values of a TEXT segment, whose first byte is the delimiter.

    A delimiter within a value is doubled. Some programs write empty values instead, which look the same: where
    reading doubled ones as part of a value loses needed keywords, they are read as empty values.
    """
    mark = text[:1]
    if not mark or (delimiter and mark != delimiter):
        return {}
    body = text[1:]
    body = body.rstrip(bytes(set(_PADDING) - set(mark))).removesuffix(mark)  # the last one may be missing
    escaped = [part.replace(b"\0\1", mark) for part in body.replace(mark * 2, b"\0\1").split(mark)]
    plain = body.split(mark)
    return max((_paired(escaped), _paired(plain)), key=_completeness)


def _paired(parts: Sequence[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in zip(parts[::2], parts[1::2], strict=False):
        if key := _decoded(name).strip().upper():
            found.setdefault(key, _decoded(value))
    return found


def _completeness(keywords: Mapping[str, str]) -> int:
    """Number of keywords that the standard names: pairs that are out of step have few."""
    return sum(name.startswith("$") for name in keywords)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def refused(file: str, place: str, rule: str, message: str, value: str = "") -> BadInputError:
    """Build the error for a data set that cannot be read."""
    return bad_input(file, place, rule, message, REMEDY, value)
