"""DATA of a data set in an FCS file: how events are stored, where they lie, and each channel's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tasks.methods.fcs_text import Header, Segment, refused, segment, whole_number

Array = npt.NDArray[Any]
BYTE = 8
_WORDS = (8, 16, 32, 64)
_FLOATS = {"F": 32, "D": 64}
_MOST_BITS = 64
CHECK_SUM_BYTES = 8  # that FCS 3 puts at the end of a file


class Stored(Protocol):
    """What of a channel says how it is stored."""

    @property
    def bits(self) -> int:
        """``$PnB``."""

    @property
    def range(self) -> float | None:
        """``$PnR``."""


@dataclass(frozen=True)
class Layout:
    """How an event is stored: type of its numbers, their bits in order, significance of the bytes of a word."""

    kind: str  # I, F, D, A
    widths: tuple[int, ...]
    order: tuple[int, ...]  # 1 is the least significant byte
    is_widened: bool = False  # the file says fewer bits than whole words have

    @property
    def row_bytes(self) -> int:
        """Bytes of an event; 0 where its numbers are text of any length."""
        if self.kind == "A":
            return sum(self.widths) if all(self.widths) else 0
        return sum(self.widths) // BYTE

    @property
    def is_big(self) -> bool:
        """Whether the most significant byte comes first."""
        return self.order == tuple(range(len(self.order), 0, -1)) and len(self.order) > 1

    @property
    def is_mixed(self) -> bool:
        """Whether bytes are neither in rising nor in falling order."""
        return self.order not in {tuple(range(1, len(self.order) + 1)), tuple(range(len(self.order), 0, -1))}

    @classmethod
    def of(cls, keywords: Mapping[str, str], channels: Sequence[Stored], file: str, place: str) -> Layout:
        """Read ``$DATATYPE``, ``$BYTEORD`` and ``$PnB``. Raises ``BadInputError`` for a layout that cannot be read."""
        kind = keywords["$DATATYPE"].strip().upper()
        said = keywords.get("$BYTEORD", "").strip()
        try:
            order = tuple(int(part) for part in said.split(",")) if said else (1, 2, 3, 4)
        except ValueError:
            order = ()
        if sorted(order) != list(range(1, len(order) + 1)) or not order:
            message = f"$BYTEORD says {said!r}; an order like 1,2,3,4 or 4,3,2,1 was expected"
            raise refused(file, place, "byte_order", message, said)
        widths = tuple(c.bits for c in channels)
        if kind in _FLOATS:
            widths = (_FLOATS[kind],) * len(widths)
        elif kind == "I":
            widths = _words(widths, order, file, place)
        elif kind != "A":
            message = f"$DATATYPE says {kind!r}; I (integers), F, D (floats) or A (text) was expected"
            raise refused(file, place, "data_type", message, kind)
        layout = cls(kind, widths, order, is_widened=kind == "I" and widths != tuple(c.bits for c in channels))
        if layout.is_mixed and (len(set(widths)) > 1 or widths[0] != len(order) * BYTE):
            message = f"$BYTEORD {said} mixes the bytes of words of {sorted(set(widths))} bits"
            raise refused(file, place, "byte_order", message, said)
        return layout


def _words(widths: tuple[int, ...], order: tuple[int, ...], file: str, place: str) -> tuple[int, ...]:
    """Widths as stored: programs that say 10 bits store whole words of as many bytes as ``$BYTEORD`` has."""
    if all(w % BYTE == 0 and 0 < w <= _MOST_BITS for w in widths):
        return widths
    word = len(order) * BYTE
    if word in _WORDS and all(0 < w <= word for w in widths):
        return (word,) * len(widths)
    message = f"the channels have {sorted(set(widths))} bits; whole bytes (8, 16, 32, …) were expected"
    raise refused(file, place, "channel_width", message)


@dataclass(frozen=True)
class Events:
    """Where the events of a data set begin (byte of the file), and how many there are."""

    begin: int
    end: int  # first byte after them
    count: int
    notes: tuple[str, ...] = ()


def locate(
    content: memoryview,
    base: int,
    header: Header,
    keywords: Mapping[str, str],
    layout: Layout,
    file: str,
    place: str,
) -> Events:
    """Find the events between what HEADER, TEXT and ``$TOT`` say.

    Where HEADER and TEXT differ, the one that holds exactly ``$TOT`` events counts; an end that is one byte late is
    common. Raises ``BadInputError`` when nothing fits or the file ends before its events do.
    """
    said = segment(whole_number(keywords, "$BEGINDATA"), whole_number(keywords, "$ENDDATA"))
    ordered = (header.data, said) if header.version.startswith("2") else (said, header.data)
    segments = list(dict.fromkeys(s for s in ordered if s is not None))
    total = whole_number(keywords, "$TOT")
    if total == 0 or (total is None and not segments and "$TOT" in keywords):
        return Events(base, base, 0)
    if not segments:
        raise refused(file, place, "no_data_segment", "neither HEADER nor TEXT says where the events are")
    if not layout.row_bytes:
        return _text_events(content, base, segments[0], total, file, place)
    if total is None:
        total = _counted(segments, layout, file, place)
    if total < 0:
        raise refused(file, place, "event_count", f"$TOT says {total} events", str(total))
    wanted = total * layout.row_bytes
    chosen, notes = _fitting(segments, wanted)
    begin = base + chosen.begin
    if begin + wanted > len(content):
        there = max(0, (len(content) - begin) // layout.row_bytes)
        message = f"the file ends after {there:,} of {total:,} events; it is cut off"
        raise refused(file, place, "file_cut_off", message)
    if chosen.length < wanted:
        if layout.is_widened:
            message = "its numbers follow each other bit by bit; numbers in whole bytes were expected"
            raise refused(file, place, "channel_width", message)
        count, rest = divmod(chosen.length, layout.row_bytes)
        if len(segments) == 1 and not rest and count:
            note = f"$TOT says {total:,} events, the data segment holds {count:,}; those were read"
            return Events(begin, begin + count * layout.row_bytes, count, (*notes, note))
        if wanted - chosen.length >= layout.row_bytes and len(content) - begin - wanted > CHECK_SUM_BYTES:
            message = f"$TOT says {total:,} events of {layout.row_bytes} bytes, the data segment has {chosen.length:,}"
            raise refused(file, place, "event_count", message)
        notes = (*notes, f"the data segment is said to end {wanted - chosen.length} bytes early; $TOT was believed")
    return Events(begin, begin + wanted, total, notes)


def _fitting(segments: Sequence[Segment], wanted: int) -> tuple[Segment, tuple[str, ...]]:
    """The segment whose length fits best, the first of equals."""

    def misfit(item: Segment) -> tuple[int, int]:
        surplus = item.length - wanted
        if surplus in (0, 1):
            return surplus, 0
        return (2, surplus) if surplus > 0 else (3, -surplus)

    chosen = min(segments, key=misfit)
    if len(segments) == 1:
        return chosen, ()
    others = ", ".join(f"{s.begin}-{s.end}" for s in segments if s != chosen)
    if all(s.begin == chosen.begin for s in segments) and chosen.length >= wanted:
        return chosen, ()  # only the end differs, and $TOT says how many there are
    return chosen, (f"HEADER and TEXT disagree where the events are; {chosen.begin}-{chosen.end} fits, not {others}",)


def _counted(segments: Sequence[Segment], layout: Layout, file: str, place: str) -> int:
    for late in (0, 1):
        for item in segments:
            if (item.length - late) % layout.row_bytes == 0:
                return (item.length - late) // layout.row_bytes
    sizes = " or ".join(str(s.length) for s in segments)
    message = f"$TOT is missing, and {sizes} bytes are no whole number of events of {layout.row_bytes} bytes"
    raise refused(file, place, "event_count", message)


def _text_events(content: memoryview, base: int, data: Segment, total: int | None, file: str, place: str) -> Events:
    if base + data.end >= len(content):
        raise refused(file, place, "file_cut_off", "the file ends before its events do; it is cut off")
    if total is None or total < 0:
        raise refused(file, place, "event_count", "$TOT does not say how many events there are")
    return Events(base + data.begin, base + data.end + 1, total)


def raw_columns(
    content: memoryview, events: Events, layout: Layout, channels: Sequence[Stored], file: str, place: str
) -> tuple[Array, ...]:
    """Each channel's numbers as stored, bits above its range masked; views of the file where nothing is masked."""
    if not events.count:
        return tuple(np.empty(0, np.float32) for _ in channels)
    if layout.kind == "A":
        return _printed(content, events, layout, len(channels), file, place)
    block = np.frombuffer(content, np.uint8, events.end - events.begin, events.begin)
    if layout.is_mixed:
        block = _reordered(block, layout)
    sign = ">" if layout.is_big else "<"
    if layout.kind in _FLOATS:
        table = block.view(f"{sign}f{_FLOATS[layout.kind] // BYTE}").reshape(events.count, len(channels))
        return tuple(table.T)
    starts = np.cumsum((0, *layout.widths)) // BYTE
    rows = block.reshape(events.count, layout.row_bytes)
    columns = [
        _integers(rows, int(start), width, sign) for start, width in zip(starts[:-1], layout.widths, strict=True)
    ]
    return tuple(
        _masked(column, width, c.range) for column, width, c in zip(columns, layout.widths, channels, strict=True)
    )


def _reordered(block: Array, layout: Layout) -> Array:
    """Bytes of every word in rising order."""
    words = block.reshape(-1, len(layout.order))
    return np.ascontiguousarray(words[:, np.argsort(layout.order)]).reshape(-1)


def _integers(rows: Array, start: int, width: int, sign: str) -> Array:
    """Unsigned integers of ``width`` bits that begin at byte ``start`` of each row."""
    size = width // BYTE
    if width in _WORDS:
        column: Array = np.ndarray(
            (len(rows),), np.dtype(f"{sign}u{size}"), rows.data, start, (rows.strides[0],)
        )  # fmt: skip
        return column
    found = np.zeros(len(rows), np.uint64)
    for i in range(size):
        significance = size - 1 - i if sign == ">" else i
        found |= rows[:, start + i].astype(np.uint64) << np.uint64(BYTE * significance)
    return found


def _masked(column: Array, width: int, limit: float | None) -> Array:
    """Numbers without the bits above the channel's range, which some instruments use for other things."""
    if limit is None or limit < 1 or limit >= 2**width:
        return column
    top = (1 << (int(np.ceil(limit)) - 1).bit_length()) - 1
    return column & column.dtype.type(top) if top < 2**width - 1 else column


def _printed(
    content: memoryview, events: Events, layout: Layout, channel_count: int, file: str, place: str
) -> tuple[Array, ...]:
    """Numbers printed as text: of fixed width, or separated by blanks, commas or line ends."""
    text = bytes(content[events.begin : events.end])
    try:
        if layout.row_bytes:
            ends = np.cumsum(layout.widths)
            rows = [text[i : i + layout.row_bytes] for i in range(0, events.count * layout.row_bytes, layout.row_bytes)]
            cells = [[float(row[a:b]) for a, b in zip((0, *ends[:-1]), ends, strict=True)] for row in rows]
            table = np.array(cells, np.float64)
        else:
            table = np.array(text.replace(b",", b" ").split(), np.float64)
            table = table.reshape(events.count, channel_count)
    except ValueError as error:
        raise refused(
            file, place, "not_a_number", "the events are no numbers printed as text", repr(text[:20])
        ) from error
    return tuple(table.T)
