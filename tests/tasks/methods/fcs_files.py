"""FCS files as tests need them: correct ones, and ones with an oddity of some cytometer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

TEXT_BEGIN = 256
SIZES = {"F": 4, "D": 8}


def stored(events: npt.ArrayLike, kind: str, order: str, bits: Sequence[int]) -> bytes:
    """Events (events by channels) as DATA holds them."""
    table = np.asarray(events)
    if kind in SIZES:
        sign = ">" if order.startswith((str(SIZES[kind]), "4")) else "<"
        return table.astype(f"{sign}f{SIZES[kind]}").tobytes()
    places = [int(p) for p in order.split(",")]
    rows = b""
    for row in table.tolist():
        for value, width in zip(row, bits, strict=True):
            word = int(value).to_bytes(width // 8, "little")
            if places == sorted(places, reverse=True) and len(places) > 1:
                word = word[::-1]
            elif places != sorted(places):
                word = bytes(word[p - 1] for p in places)
            rows += word
    return rows


def fcs_file(
    events: npt.ArrayLike,
    names: Sequence[str],
    *,
    version: str = "3.0",
    kind: str = "F",
    order: str = "1,2,3,4",
    bits: Sequence[int] | int = 32,
    ranges: Sequence[int] | int = 262_144,
    keywords: Mapping[str, str] | None = None,
    delimiter: str = "|",
    data: bytes | None = None,
    header_data: tuple[Any, Any] | None = None,
    text_shift: tuple[int, int] = (0, 0),
    tail: bytes = b"00000000",
) -> bytes:
    """One data set. ``keywords`` go over those written; empty ones are left out.

    ``header_data`` are other offsets in HEADER, ``text_shift`` moves those in TEXT.
    """
    table = np.asarray(events).reshape(-1, len(names))
    widths = [bits] * len(names) if isinstance(bits, int) else list(bits)
    tops = [ranges] * len(names) if isinstance(ranges, int) else list(ranges)
    block = stored(table, kind, order, widths) if data is None else data
    found = {"$BYTEORD": order, "$DATATYPE": kind, "$MODE": "L", "$NEXTDATA": "0", "$PAR": str(len(names))}
    found["$TOT"] = str(len(table))
    for i, name in enumerate(names, 1):
        width = 8 * SIZES.get(kind, 0) or widths[i - 1]
        found |= {f"$P{i}N": name, f"$P{i}B": str(width), f"$P{i}R": str(tops[i - 1]), f"$P{i}E": "0,0"}
    found |= keywords or {}

    def text(begin: int) -> bytes:
        end = begin + len(block) - 1
        offsets = {"$BEGINDATA": f"{begin + text_shift[0]:08}", "$ENDDATA": f"{end + text_shift[1]:08}"}
        pairs = ({} if version == "2.0" else offsets) | found
        parts = [p.replace(delimiter, delimiter * 2) for k, v in pairs.items() if v for p in (k, v)]
        return (delimiter + delimiter.join(parts) + delimiter).encode()

    begin = TEXT_BEGIN + len(text(0))
    offsets = header_data or (begin, begin + len(block) - 1)
    header = f"FCS{version}    {TEXT_BEGIN:8}{begin - 1:8}{offsets[0]:>8}{offsets[1]:>8}{0:8}{0:8}"
    return header.encode().ljust(TEXT_BEGIN) + text(begin) + block + tail
