from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.feature_ids import are_feature_ids, are_symbols, library_of, unversioned
from tests.tasks.parsers.count_files import context


def ids(*names: str) -> pl.Series:
    return pl.Series(names, dtype=pl.String)


@pytest.mark.parametrize(
    ("names", "library"),
    [
        (["hsa-miR-21-5p"] * 9 + ["novel_1"], "mirna"),
        (["hsa-miR-21-5p"] * 5 + ["ENSG00000000003"] * 5, "gene"),
        (["mmu-let-7a", "cel-lin-4", "dme-bantam-3p"], "mirna"),
        (["chr1:1158623|1159348", "1:100-200"], "circrna"),
        (["mmu_circ_0000001", "hsa_circHIPK3_001"], "circrna"),
        (["TP53", "MIR21", "LET7A"], "gene"),
        ([], "gene"),
    ],
)
def test_ids_tell_the_library(names: list[str], library: str) -> None:
    assert library_of(ids(*names), context()) == library


@pytest.mark.parametrize(
    ("declared", "library"),
    [("mirna", "mirna"), ("circrna", "circrna"), ("mrna", "gene"), ("lncrna", "gene"), ("other", "gene")],
)
def test_files_csv_tells_it_better(declared: str, library: str) -> None:
    assert library_of(ids("hsa-miR-21-5p"), context(rna_class=declared)) == library


def test_versions_are_taken_off_accessions_only() -> None:
    names = ids("ENSG00000182378.13_PAR_Y", "ENST01.2|ENSG01.5|", "NM_000546.6", "AC000001.1", "hsa-let-7a.1", "ENSG01")
    assert unversioned(names).to_list() == [
        "ENSG00000182378",
        "ENST01",
        "NM_000546",
        "AC000001.1",
        "hsa-let-7a.1",
        "ENSG01",
    ]


def test_sample_names_are_no_feature_ids() -> None:
    assert are_feature_ids(ids("ENSG00000000003", "FBgn0000003", "hsa-let-7a"))
    assert not are_feature_ids(ids("S1", "control_2", "TCGA-3X-AAV9-01"))


@pytest.mark.parametrize(
    "name",
    ["IL6", "C1orf112", "LINC00511", "RP11-34P13.7", "AC093323.1", "LOC100287102", "7SK", "Gapdh", "hsa-miR-21-5p"],
)
def test_a_symbol_names_itself(name: str) -> None:
    assert are_symbols(pl.Series([name])).to_list() == [True]


@pytest.mark.parametrize(
    "name",
    [
        *("ENSG00000136244", "ENSG00000136244.12", "ENSMUSG00000025746", "ENST00000258743", "ENSG00000182378.14_PAR_Y"),
        *("MIMAT0000076", "NM_000600.5", "XR_001749", "FBgn0000008", "AT1G01010", "3569", "MSTRG.12", "XLOC_000004"),
        *("chr1:1158623|1159348", "hsa_circ_0000001", "1007_s_at", "ILMN_1343291", "HGNC:6018", "1-Mar", ""),
    ],
)
def test_an_accession_or_a_damaged_name_is_no_symbol(name: str) -> None:
    assert are_symbols(pl.Series([name, "IL6"])).to_list() == [False, True]
