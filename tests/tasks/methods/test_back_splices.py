from __future__ import annotations

from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.contracts import RawFile, parsers
from tasks.methods.back_splices import circrna_ids, gene_names
from tests.tasks.parsers.count_files import circles, context


def test_ids_are_chromosome_start_end_strand() -> None:
    rows = [("chrX", 139865340.0, 139866824.0, "+"), ("7", 5.0, 9.0, ".")]
    frame = pl.DataFrame(rows, schema=["chrom", "start", "end", "strand"], orient="row")
    assert circrna_ids(frame).to_list() == ["chrX:139865340|139866824|+", "7:5|9|."]


def test_gene_names_are_joined_once_and_assembled_ones_give_way() -> None:
    written = pl.Series(["A,B,A,", "n/a", "", "CUFF.1;A", "MSTRG.1|MSTRG.2", "ENSG1.2, ENSG3", None])
    assert gene_names(written).to_list() == ["A;B", None, None, "A", "MSTRG.1;MSTRG.2", "ENSG1.2;ENSG3", None]


@given(st.lists(st.lists(st.sampled_from(["A", "B", "n/a", "CUFF.1", ""]), max_size=4), min_size=1, max_size=5))
def test_joining_again_changes_no_gene(cells: list[list[str]]) -> None:
    once = gene_names(pl.Series([",".join(c) for c in cells]))
    assert gene_names(once).to_list() == once.to_list()


def test_tools_that_count_from_zero_and_from_one_give_a_circle_the_same_id(shared: Path) -> None:
    found = {}
    for tool in ("uroborus", "nclscan", "circmarker", "mapsplice"):
        raw = RawFile.read(shared / f"data/sequencing/circrna/circRNAprofiler/{tool}/circRNAs_001.txt")
        found[tool] = set(circles(parsers()[tool].parse(raw, context(sample="S1"))))
    assert "chr2:40655613|40657444|-" in found["uroborus"] & found["nclscan"]  # SLC8A1
    assert "chr1:14104913|14109326|+" in found["circmarker"] & found["mapsplice"]  # PRDM2
