"""What a plate is called: by its barcode, by files.csv, or only by its own file."""

from __future__ import annotations

from schemas.sheets import FileRow

_NO_NAME = frozenset({"", "na", "n/a", "none", "null", "unknown", "-"})


def identify_plate(printed: str, barcode: str, row: FileRow | None, *, is_only: bool = True) -> tuple[str, bool]:
    """Name of a plate, and whether that name means the same plate in other files.

    A barcode wins, then ``plate`` of files.csv, then its ``run``; the name that the file
    prints (``Plate 1``) tells plates of one file apart but is no identity. Where a file
    has several plates (not ``is_only``), the printed name is added to that of files.csv.
    """
    if barcode.strip().lower() not in _NO_NAME:
        return barcode.strip(), True
    named = (row.plate or "").strip() if row else ""
    if named:
        return (named if is_only else f"{named} {printed}"), True
    run = (row.run or "").strip() if row else ""
    if run:
        return f"{run} {printed}".strip(), True
    return printed, False
