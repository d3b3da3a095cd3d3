"""The numbers in this folder are what its script gives today."""

from __future__ import annotations

import subprocess
from pathlib import Path

import polars as pl
import pytest

FOLDER = Path(__file__).parent


def test_limma_gives_these_numbers_again(shared: Path, tmp_path: Path) -> None:
    has_limma = "quit(status = !all(sapply(c('limma', 'edgeR', 'statmod'), requireNamespace, quietly = TRUE)))"
    try:
        subprocess.run(["Rscript", "-e", has_limma], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("R's limma, edgeR and statmod are not installed")
    counts, meta = (shared / "reference" / f"sim3x3_{name}.csv.gz" for name in ("mrna_counts", "meta"))
    subprocess.run(["Rscript", FOLDER / "limma.R", counts, meta, tmp_path], check=True, capture_output=True)
    made, kept = (pl.read_csv(folder / "limma_sim3x3.csv.gz") for folder in (tmp_path, FOLDER))
    assert made.columns == kept.columns
    assert made["gene"].equals(kept["gene"])
    for column in kept.columns[1:]:
        assert (made[column] - kept[column]).abs().max() < 1e-7  # type: ignore[operator]
    for mine, theirs in zip(_numbers(tmp_path), _numbers(FOLDER), strict=True):
        assert mine[0] == theirs[0]
        assert [float(v) for v in mine[1:]] == pytest.approx([float(v) for v in theirs[1:]], rel=1e-6)


def _numbers(folder: Path) -> list[list[str]]:
    return [line.split(",") for line in (folder / "limma_sim3x3_numbers.csv").read_text().splitlines()]
