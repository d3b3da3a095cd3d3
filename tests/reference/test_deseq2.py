"""The numbers of DESeq2's cases in this folder are what their script gives today."""

from __future__ import annotations

import subprocess
from pathlib import Path

import polars as pl
import pytest

pytestmark = pytest.mark.soak  # a minute of R for numbers that are kept; limma's script runs in every test run
FOLDER = Path(__file__).parent
CASES = ("replaced", "uneven", "factors", "local")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    has_deseq2 = "quit(status = !all(sapply(c('DESeq2', 'locfit'), requireNamespace, quietly = TRUE)))"
    try:
        subprocess.run(["Rscript", "-e", has_deseq2], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("R's DESeq2 and locfit are not installed")
    folder = tmp_path_factory.mktemp("deseq2")
    subprocess.run(["Rscript", FOLDER / "deseq2_cases.R", folder, *CASES], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("case", CASES)
def test_deseq2_gives_these_numbers_again(case: str, made: Path) -> None:
    now, kept = (pl.read_csv(folder / f"deseq2_{case}.csv.gz", null_values="NA") for folder in (made, FOLDER))
    assert now.columns == kept.columns
    assert now["gene"].equals(kept["gene"])
    for column in kept.columns[1:]:
        assert now[column].is_null().equals(kept[column].is_null())
        largest = ((now[column] - kept[column]) / kept[column].abs().clip(lower_bound=1.0)).abs().max()
        assert largest is not None
        assert largest < 1e-8  # type: ignore[operator]
