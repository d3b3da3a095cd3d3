"""FCS files as acquisitions, for tests of gates."""

from __future__ import annotations

from pathlib import Path

from tasks.methods.fcs import column_names, read_fcs
from tasks.methods.gating import Acquisition


def acquisition(path: Path) -> Acquisition:
    """The first data set of a file, without a matrix."""
    item = read_fcs(memoryview(path.read_bytes()), path.name)[0]
    columns = column_names(item.channels, ())
    return Acquisition(
        {name: item.linear(i) for i, name in enumerate(columns)},
        {c.name: name for c, name in zip(item.channels, columns, strict=True)},
        {c.stain: name for c, name in zip(item.channels, columns, strict=True) if c.stain},
    )
