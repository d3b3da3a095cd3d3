"""The numbers of quality in this folder are what its script gives today."""

from __future__ import annotations

import subprocess
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.soak  # a minute of R for numbers that are kept; limma's script runs in every test run
FOLDER = Path(__file__).parent
NAMES = ("quality_samples.csv", "quality_blocks.csv", "quality_pvalues.csv", "quality_pi0.csv")


def test_r_gives_these_numbers_again(shared: Path, tmp_path: Path) -> None:
    has_packages = "quit(status = !all(sapply(c('DESeq2', 'limma'), requireNamespace, quietly = TRUE)))"
    try:
        subprocess.run(["Rscript", "-e", has_packages], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("R's DESeq2 and limma are not installed")
    script = FOLDER / "expression_quality.R"
    subprocess.run(["Rscript", script, shared / "reference", tmp_path], check=True, capture_output=True)
    for name in NAMES:
        made, kept = (pl.read_csv(folder / name, null_values=["NA"]) for folder in (tmp_path, FOLDER))
        assert made.columns == kept.columns
        numbers = [c for c, dtype in kept.schema.items() if dtype.is_numeric()]
        far = (made.select(numbers) - kept.select(numbers)).select(pl.all().abs().max()).max_horizontal().item()
        assert far < 1e-6, name
