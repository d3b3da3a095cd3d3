"""One real export of each circRNA tool that writes no header."""

from __future__ import annotations

from pathlib import Path

SEPARATORS = {"circmarker": " ", "mapsplice": "\t", "nclscan": "\t", "uroborus": "\t"}


def export(shared: Path, tool: str) -> Path:
    return shared / "data/sequencing/circrna/circRNAprofiler" / tool / "circRNAs_001.txt"


def rows(shared: Path, tool: str) -> list[list[str]]:
    """Cells of every line as they stand."""
    return [line.split(SEPARATORS[tool]) for line in export(shared, tool).read_text().splitlines()]
