from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from deployments.sql import run_query


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "published.duckdb")) as connection:
        connection.execute("CREATE SCHEMA mart; CREATE TABLE mart.genes AS SELECT 'FOS' AS symbol, 1e-300 AS padj")
    return tmp_path


def test_rows_go_to_standard_output_and_words_to_standard_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_query(home, "SELECT symbol FROM mart.genes", "csv", None)
    run_query(home, "SELECT symbol FROM mart.genes", "table", None)
    said = capsys.readouterr()
    assert said.out.startswith("symbol\nFOS\n")
    assert said.err == "1 row\n"


def test_the_ending_of_the_file_is_its_format(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = home / "genes.csv"
    run_query(home, "FROM mart.genes", "table", out)
    assert out.read_text() == "symbol,padj\nFOS,1e-300\n"
    assert capsys.readouterr().out == ""


def test_the_prompt_reads_a_pipe(home: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pathlib, deployments.sql as s; s.prompt(pathlib.Path(sys.argv[1]))",
            str(home),
        ],
        input="SELECT symbol\nFROM mart.genes;\n.quit\n",
        env={"HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "FOS" in done.stdout
