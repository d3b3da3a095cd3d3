"""FCS 2.0, 3.0 and 3.1 files: data sets with their channels and events, straight from the file's bytes.

Nothing is copied until a channel is asked for: columns are views of the (memory-mapped) file. Offsets that
common instruments write wrongly are tried against ``$TOT``; a file that stays ambiguous or is cut off is refused.

Spidlen et al. 2010 (FCS 3.1), doi:10.1002/cyto.a.20825
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.fcs_events import Layout, locate, raw_columns
from tasks.methods.fcs_text import (
    HEADER_BYTES,
    decimal_number,
    is_fcs,
    read_header,
    read_keywords,
    refused,
    whole_number,
)

MOST_CHANNELS, MOST_DATA_SETS = 1_000, 1_000
EXACT_IN_FLOAT32, FLOAT32_BYTES = 2**24, 4
BLOCK = 16_384  # events whose channels fit into a processor's cache
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Channel:
    """A parameter of a data set; ``name`` is ``$PnN``, ``stain`` ``$PnS``, both stripped and perhaps empty."""

    number: int
    name: str
    stain: str
    bits: int
    range: float | None
    decades: float  # of a logarithmic amplifier; 0 where it is linear
    offset: float  # value that channel number 0 of a logarithmic amplifier stands for
    gain: float

    @property
    def is_time(self) -> bool:
        """Whether it counts time rather than light."""
        return self.name.casefold() == "time"


@dataclass(frozen=True)
class DataSet:
    """One acquisition in a file; ``notes`` are oddities that a person should know of."""

    number: int
    version: str
    keywords: Mapping[str, str]
    channels: tuple[Channel, ...]
    event_count: int
    raw: tuple[Array, ...]  # by channel: numbers as stored, masked to the channel's range; views where possible
    notes: tuple[str, ...]
    next_offset: int
    has_analysis: bool = False  # an ANALYSIS segment, in which some programs keep gates and results

    def linear(self, index: int) -> Array:
        """One channel (from 0) on a linear scale: amplifier and gain undone, time in seconds.

        float32 where that holds every stored value exactly, else float64. Cytometers that store floats store
        them linearised: ``$PnE`` then counts only where nothing says otherwise.
        """
        channel, raw = self.channels[index], self.raw[index]
        with np.errstate(invalid="ignore", over="ignore"):  # damaged floats
            if self._is_plain(index):
                return np.ascontiguousarray(raw, self._plain_type(index))
            values = raw.astype(np.float64)
            if channel.is_time:
                return values * (decimal_number(self.keywords, "$TIMESTEP") or 1.0)
            if channel.decades and channel.range and not self._is_linearised(index):
                values = np.power(10.0, channel.decades * values / channel.range) * channel.offset
            return values / channel.gain if channel.gain != 1 else values

    def linear_columns(self) -> list[Array]:
        """All channels on a linear scale, as ``linear`` gives each.

        Channels that need no arithmetic are copied a few thousand events at a time, so that an event is fetched from
        memory once, not once per channel.
        """
        plain = [i for i in range(len(self.channels)) if self._is_plain(i)]
        columns = {i: np.empty(self.event_count, self._plain_type(i)) for i in plain}
        with np.errstate(invalid="ignore"):  # damaged floats
            for start in range(0, self.event_count, BLOCK):
                for i, column in columns.items():
                    column[start : start + BLOCK] = self.raw[i][start : start + BLOCK]
        return [columns[i] if i in columns else self.linear(i) for i in range(len(self.channels))]

    def _is_plain(self, index: int) -> bool:
        """Whether the numbers as stored are linear already."""
        channel = self.channels[index]
        if channel.is_time:
            return decimal_number(self.keywords, "$TIMESTEP") in (None, 0.0, 1.0)
        return channel.gain == 1 and not (channel.decades and channel.range and not self._is_linearised(index))

    def _plain_type(self, index: int) -> type[np.float32 | np.float64]:
        """float32 where it holds the stored numbers exactly."""
        channel, kind = self.channels[index], self.raw[index].dtype
        is_exact = kind.kind == "f" or min(2.0**channel.bits, channel.range or math.inf) <= EXACT_IN_FLOAT32
        return np.float32 if is_exact and kind.itemsize <= FLOAT32_BYTES else np.float64

    def _is_linearised(self, index: int) -> bool:
        """Whether floats are no channel numbers of a logarithmic amplifier although ``$PnE`` says so."""
        channel, raw = self.channels[index], self.raw[index]
        if raw.dtype.kind != "f" or not channel.decades:
            return False
        if self.keywords.get("TRANSFORMATION", "").strip().casefold() in {"applied", "custom"}:
            return True
        # numbers of channels lie between 0 and the range
        with np.errstate(invalid="ignore"):  # damaged floats
            return bool(channel.range and ((raw > channel.range) | (raw < 0)).any())


def read_fcs(content: memoryview, file: str) -> list[DataSet]:
    """Every data set of a file.

    Raises ``BadInputError`` with the reason for what is no FCS, is cut off, is stored in a way that no cytometer of
    the last decades uses (bit-packed integers, histograms) or whose events cannot be located.
    """
    found: list[DataSet] = []
    base = 0
    for number in range(1, MOST_DATA_SETS + 1):
        data_set = _data_set(content, base, number, file)
        found.append(data_set)
        following = base + data_set.next_offset
        if data_set.next_offset <= 0 or following + HEADER_BYTES > len(content):
            return found
        if not is_fcs(bytes(content[following : following + 6])):
            return found  # many programs write an end of file or a check sum there
        base = following
    return found


def _data_set(content: memoryview, base: int, number: int, file: str) -> DataSet:
    place = f"data set {number}"
    header = read_header(content, base, file)
    keywords = read_keywords(content, base, header, file)
    mode = keywords.get("$MODE", "L").strip().upper()
    if mode not in {"L", ""}:
        message = f"it holds histograms ($MODE {mode}), not events; a list-mode file was expected"
        raise refused(file, place, "no_list_mode", message, mode)
    channels = data_set_channels(keywords, file, place)
    layout = Layout.of(keywords, channels, file, place)
    events = locate(content, base, header, keywords, layout, file, place)
    raw = raw_columns(content, events, layout, channels, file, place)
    further = whole_number(keywords, "$NEXTDATA") or 0
    has_analysis = bool(header.analysis or whole_number(keywords, "$BEGINANALYSIS"))
    return DataSet(
        number, header.version, keywords, channels, events.count, raw, events.notes, further, has_analysis
    )  # fmt: skip


def data_set_channels(keywords: Mapping[str, str], file: str, place: str) -> tuple[Channel, ...]:
    """Channels in order. Raises ``BadInputError`` for an absurd number of them or one without its bits."""
    count = whole_number(keywords, "$PAR")
    if count is None or not 0 < count <= MOST_CHANNELS:
        said = keywords.get("$PAR", "").strip()
        message = f"$PAR says {said!r} channels; 1 to {MOST_CHANNELS} were expected"
        raise refused(file, place, "channel_count", message, said)
    return tuple(_channel(keywords, n, file, place) for n in range(1, count + 1))


def _channel(keywords: Mapping[str, str], n: int, file: str, place: str) -> Channel:
    bits = whole_number(keywords, f"$P{n}B")
    if (
        bits is None
        and keywords["$DATATYPE"].strip().upper() in {"I", "A"}
        and keywords.get(f"$P{n}B", "").strip() != "*"
    ):
        message = f"$P{n}B says {keywords.get(f'$P{n}B')!r}; the bits of channel {n} were expected"
        raise refused(file, f"{place}, channel {n}", "channel_width", message)
    decades, offset = _amplifier(keywords.get(f"$P{n}E", ""))
    gain = decimal_number(keywords, f"$P{n}G")
    return Channel(
        n,
        keywords.get(f"$P{n}N", "").strip(),
        keywords.get(f"$P{n}S", "").strip(),
        bits or 0,
        decimal_number(keywords, f"$P{n}R"),
        decades,
        offset,
        gain if gain and gain > 0 else 1.0,
    )


def _amplifier(text: str) -> tuple[float, float]:
    """Decades and value of channel 0 of ``$PnE``; ``4,0`` is written for ``4,1``."""
    try:
        decades, _, offset = text.partition(",")
        found = float(decades), float(offset)
    except ValueError:
        return 0.0, 0.0
    if not (0 < found[0] < math.inf and 0 <= found[1] < math.inf):
        return 0.0, 0.0
    return found[0], found[1] or 1.0


def column_names(channels: tuple[Channel, ...], taken: tuple[str, ...]) -> list[str]:
    """A column name for each channel: ``$PnN``, with a number where it would stand twice or is ``taken``.

    Case does not tell columns apart in SQL.
    """
    used = {name.casefold() for name in taken}
    found = []
    for channel in channels:
        wanted = channel.name or f"P{channel.number}"
        name, n = wanted, 1
        while name.casefold() in used:
            n += 1
            name = f"{wanted}_{n}"
        used.add(name.casefold())
        found.append(name)
    return found
