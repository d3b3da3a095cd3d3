"""What simulating one assay gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Row = dict[str, object]  # a row of files.csv by column; columns that it lacks are empty


@dataclass(frozen=True)
class Drawn:
    """Files of an assay (its layouts among them) by path in the study folder, and what they were drawn from."""

    files: dict[str, bytes]
    truth: dict[str, Any]


def table(header: str, rows: list[list[object]], separator: str = ",") -> bytes:
    """Lines of cells under a header, UTF-8; no cell may hold the separator."""
    return "".join(f"{line}\n" for line in [header, *(separator.join(map(str, row)) for row in rows)]).encode()
