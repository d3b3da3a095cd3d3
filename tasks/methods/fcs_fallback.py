"""FCS files that our own reader refuses although FlowIO, which believes less common keywords, accepts them."""

from __future__ import annotations

import io
import struct
import warnings
from typing import Any

import numpy as np

from schemas.errors import BadInputError
from tasks.methods.fcs import DataSet, data_set_channels
from tasks.methods.fcs_text import decimal_number, read_header, whole_number

# About these the file itself is clear; FlowIO would give numbers that are not those of the cytometer.
FINAL = frozenset({"file_cut_off", "byte_order", "channel_width", "data_type", "no_list_mode", "no_fcs_header"})


# What FlowIO lets through from the depths of a damaged file.
DAMAGE = (
    ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, TypeError, ValueError, Warning,
    struct.error,
)  # fmt: skip


def read_by_flowio(content: memoryview, file: str, refusal: BadInputError) -> list[DataSet]:
    """Give the acquisition as FlowIO reads it without any of its leniences.

    Raises the ``refusal`` of our own reader where FlowIO refuses, too, or finds another number of events than
    ``$TOT``. The data set's notes say that FlowIO read it, and why.
    """
    if {p.rule for p in refusal.problems} & FINAL:
        raise refusal
    from flowio import FlowData  # noqa: PLC0415 -- few files need it
    from flowio.exceptions import FlowIOException  # noqa: PLC0415 -- same

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            peer = FlowData(io.BytesIO(content))
            table = np.asarray(peer.as_array(preprocess=False), np.float64)
    except (FlowIOException, *DAMAGE) as error:
        raise refusal from error
    keywords = _dollared(peer.text)
    if table.ndim != 2 or table.shape != (whole_number(keywords, "$TOT"), whole_number(keywords, "$PAR")):  # noqa: PLR2004 -- events by channels
        raise refusal
    reason = refusal.problems[0].message
    note = f"FlowIO read it, for benchlake's own reader did not: {reason}"
    channels = data_set_channels(keywords, file, "data set 1")
    version = read_header(content, 0, file).version
    return [DataSet(1, version, keywords, channels, len(table), tuple(table.T), (note,), 0)]


def _dollared(text: dict[str, Any]) -> dict[str, str]:
    """Keywords as the standard writes them: FlowIO gives all in small letters and without ``$``."""
    found = {name.upper(): str(value) for name, value in text.items()}
    standard = ("PAR", "TOT", "DATATYPE", "BYTEORD", "MODE", "NEXTDATA", "CYT", "DATE", "BTIM", "TIMESTEP", "SPILLOVER")
    count = int(decimal_number(found, "PAR") or 0)
    channel = {f"P{n}{what}" for n in range(1, min(count, 10_000) + 1) for what in "BRNSEG"}
    return {f"${name}" if name in standard or name in channel else name: value for name, value in found.items()}
