"""The numbers in this folder are what its script gives today."""

from __future__ import annotations

import subprocess
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.soak  # a minute of R for numbers that are kept; limma's script runs in every test run
FOLDER = Path(__file__).parent


def test_deseq2_gives_these_pictures_numbers_again(tmp_path: Path) -> None:
    has_deseq2 = "quit(status = !requireNamespace('DESeq2', quietly = TRUE))"
    try:
        subprocess.run(["Rscript", "-e", has_deseq2], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("R's DESeq2 is not installed")
    subprocess.run(["Rscript", FOLDER / "expression_pictures.R", tmp_path], check=True, capture_output=True)
    made, kept = (pl.read_csv(folder / "expression_pictures.csv.gz") for folder in (tmp_path, FOLDER))
    assert made.equals(kept)
    for mine, theirs in zip(_numbers(tmp_path), _numbers(FOLDER), strict=True):
        assert mine[0] == theirs[0]
        assert [abs(float(v)) for v in mine[1:]] == pytest.approx([abs(float(v)) for v in theirs[1:]], rel=1e-9)


def _numbers(folder: Path) -> list[list[str]]:
    return [line.split(",") for line in (folder / "expression_pictures_numbers.csv").read_text().splitlines()]
