from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.salmon import PARSER
from tests.tasks.parsers.count_files import context, matrix, raw_file, reference

RUNS = ["SRR1039508", "SRR1039509"]
QUANT = (
    "Name\tLength\tEffectiveLength\tTPM\tNumReads\n"
    "ENST01.2\t1000\t800\t30\t10.5\nENST02.1\t500\t400\t10\t2\nENST03.1\t900\t700\t0\t0\nENST04.1\t900\t700\t5\t1\n"
)
TX2GENE = pl.DataFrame({"transcript_id": ["ENST01", "ENST02.7", "ENST03"], "gene_id": ["G1", "G1", "G2"]})


@pytest.mark.parametrize("run", RUNS)
def test_gene_counts_equal_tximport(shared: Path, run: str) -> None:
    folder = shared / "data/sequencing/salmon"
    raw = RawFile.read(folder / run / "quant.sf.gz", f"landing/{run}/quant.sf.gz")
    about = context(RUNS, references={"tx2gene": RawFile.read(shared / "annotation/tx2gene_grch38.tsv.gz")})
    assert PARSER.claims(raw, about)
    parsed = PARSER.parse(raw, about)
    found = parsed.frames["core.feature_counts"]
    expected = pl.read_csv(folder / "expected/tximport_gene_counts.csv.gz").select(
        feature_id=pl.col(""), count=pl.col(run).cast(pl.Float64)
    )
    assert found["sample_name"].unique().to_list() == [run]
    assert_frame_equal(found.select("feature_id", "count"), expected.sort("feature_id"), abs_tol=1e-6)
    assert [p.rule for p in parsed.problems] == ["transcripts_without_gene"]


def test_lengths_are_weighted_by_abundance_and_null_without(tmp_path: Path) -> None:
    about = context(["S1"], references={"tx2gene": reference(tmp_path, TX2GENE, "tx2gene.tsv")})
    parsed = PARSER.parse(raw_file(tmp_path, QUANT, "landing/S1/quant.sf"), about)
    assert matrix(parsed) == {"G1": {"S1": 12.5}, "G2": {"S1": 0.0}}
    assert parsed.frames["core.feature_counts"]["effective_length"].to_list() == [700.0, None]
    (problem,) = parsed.problems
    assert "1 of 4 transcripts" in problem.message
    assert "ENST04.1" in problem.message


def test_without_tx2gene_the_remedy_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"annotation: \{tx2gene:"):
        PARSER.parse(raw_file(tmp_path, QUANT, "landing/S1/quant.sf"), context(["S1"]))


def test_a_foreign_tx2gene_is_refused(tmp_path: Path) -> None:
    other = pl.DataFrame({"transcript_id": ["FBtr1"], "gene_id": ["FBgn1"]})
    about = context(["S1"], references={"tx2gene": reference(tmp_path, other, "tx2gene.tsv")})
    with pytest.raises(BadInputError, match="knows none of the 4 transcripts"):
        PARSER.parse(raw_file(tmp_path, QUANT, "landing/S1/quant.sf"), about)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (QUANT.replace("10.5", "x"), "count_not_a_number"),
        (QUANT.split("\n", maxsplit=1)[0] + "\n", "no_rows"),
        (QUANT + "ENST05\t1\t1\n", "ragged_row"),
        (QUANT.replace("\t2\n", "\t-2\n").replace("10.5", "0"), "negative_count"),
        (gzip.compress(QUANT.encode() * 30, mtime=0)[:-9], "damaged_gzip"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, content: str | bytes, rule: str) -> None:
    about = context(["S1"], references={"tx2gene": reference(tmp_path, TX2GENE, "tx2gene.tsv")})
    with pytest.raises(BadInputError) as error:
        PARSER.parse(raw_file(tmp_path, content, "landing/S1/quant.sf"), about)
    assert error.value.problems[0].rule == rule


def test_the_gene_table_beside_it_is_left_alone(tmp_path: Path) -> None:
    assert not PARSER.claims(raw_file(tmp_path, QUANT, "landing/S1/quant.genes.sf"), context(["S1"]))
    assert not PARSER.claims(raw_file(tmp_path, QUANT, "landing/S1/quant.sf"), context(["S1"], assay="qpcr"))


def test_the_sample_of_files_csv_goes_before_the_folder(tmp_path: Path) -> None:
    tx2gene = reference(tmp_path, TX2GENE, "tx2gene.tsv")
    about = context(["S1", "S2"], references={"tx2gene": tx2gene}, sample="S2")
    assert set(matrix(PARSER.parse(raw_file(tmp_path, QUANT, "landing/S1/quant.sf"), about))["G1"]) == {"S2"}
