"""Write an acquisition as FCS 3.1: list mode, 32-bit floats, one data set.

Spidlen et al. 2010, doi:10.1002/cyto.a.20825
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DELIMITER = "|"
HEADER_BYTES = 58
OFFSET_DIGITS = 12  # of offsets in TEXT, so that its length does not depend on them
MOST_IN_HEADER = 99_999_999
RANGE = 262_144
CRC = b"00000000"  # no checksum was computed


@dataclass(frozen=True)
class Channel:
    """A detector's name (``$PnN``) and what is measured by it (``$PnS``, empty for scatter and time)."""

    name: str
    stain: str = ""


def _offset(value: int) -> str:
    return str(value).rjust(OFFSET_DIGITS, "0")


def spillover_text(detectors: Sequence[str], matrix: Floats) -> str:
    """Value of ``$SPILLOVER``. ``matrix``: stains x detectors, 1 on the diagonal."""
    values = [format(v, ".6g") for v in matrix.ravel()]
    return ",".join([str(len(detectors)), *detectors, *values])


def acquisition(
    events: Floats,
    channels: Sequence[Channel],
    *,
    name: str,
    began_at: datetime,
    seconds: float,
    spillover: tuple[Sequence[str], Floats] | None = None,
    keywords: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a file. ``events``: events x channels, linear; ``name``: of the tube.

    ``spillover``: the detectors' names and the matrix, stains x detectors. ``keywords`` are further ones of TEXT.
    """
    data = np.ascontiguousarray(events, dtype="<f4").tobytes()
    text: dict[str, str] = {
        "$BEGINANALYSIS": "0",
        "$ENDANALYSIS": "0",
        "$BEGINSTEXT": "0",
        "$ENDSTEXT": "0",
        "$BEGINDATA": _offset(0),
        "$ENDDATA": _offset(0),
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",
        "$NEXTDATA": "0",
        "$PAR": str(len(channels)),
        "$TOT": str(len(events)),
        "$FIL": f"{name}.fcs",
        "$DATE": began_at.strftime("%d-%b-%Y").upper(),
        "$BTIM": f"{began_at:%H:%M:%S}",
        "$ETIM": f"{began_at + timedelta(seconds=seconds):%H:%M:%S}",
        "$TIMESTEP": "0.01",
        "TUBE NAME": name,
        **(keywords or {}),
    }
    for number, channel in enumerate(channels, start=1):
        text |= {f"$P{number}B": "32", f"$P{number}E": "0,0", f"$P{number}N": channel.name, f"$P{number}R": str(RANGE)}
        if channel.stain:
            text[f"$P{number}S"] = channel.stain
    if spillover:
        text["$SPILLOVER"] = spillover_text(*spillover)
    begin = HEADER_BYTES + len(_segment(text))
    end = begin + len(data) - 1
    segment = _segment(text | {"$BEGINDATA": _offset(begin), "$ENDDATA": _offset(end)})
    in_header = (begin, end) if end <= MOST_IN_HEADER else (0, 0)
    offsets = (HEADER_BYTES, begin - 1, *in_header, 0, 0)
    header = "FCS3.1    " + "".join(str(offset).rjust(8) for offset in offsets)
    return header.encode("ascii") + segment + data + CRC


def _segment(text: Mapping[str, str]) -> bytes:
    """TEXT: a delimiter, then keyword and value in turn, each ended by a delimiter; one within a value is doubled."""
    parts = [part.replace(DELIMITER, 2 * DELIMITER) for pair in text.items() for part in pair]
    return (DELIMITER + "".join(part + DELIMITER for part in parts)).encode()
