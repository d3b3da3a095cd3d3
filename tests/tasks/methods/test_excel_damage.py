from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.excel_damage import damage_words, excel_damaged


@pytest.mark.parametrize(
    "damaged",
    [
        "2-Sep",
        "1-Mar",
        "1-Dec",
        "Sep-02",
        "1-Mar-24",
        "2.31E+13",
        "2,31E+13",
        "3/1/2024",
        "2024-03-01",
        "9月2日",
        "1-Mrz",
    ],
)
def test_a_name_that_became_a_date_or_number_is_found_with_its_place(damaged: str) -> None:
    assert excel_damaged(["GAPDH", damaged]) == [(1, damaged)]


@pytest.mark.parametrize(
    "name",
    [
        "SEPT2",
        "SEPTIN2",
        "MARCH1",
        "MARCHF1",
        "DEC1",
        "dec-1",
        "OCT4",
        "2310009E13Rik",
        "hsa-miR-1-3p",
        "ENSG00000000003.14",
        "7157",
        "1",
        "",
        "HLA-A",
        "NKX2-5",
        "chr1:100-200",
        "H2-Ab1",
        "AC004.1",
        "Mar-a",
    ],
)
def test_a_true_name_is_left_alone(name: str) -> None:
    assert excel_damaged([name]) == []


@given(st.lists(st.text(max_size=12)))
def test_findings_are_in_order_and_quote_what_stands_there(names: list[str]) -> None:
    found = excel_damaged(names)
    assert [index for index, _ in found] == sorted({index for index, _ in found})
    assert all(names[index] == value for index, value in found)


def test_every_gene_of_a_real_annotation_is_left_alone(shared: Path) -> None:
    with gzip.open(shared / "studies" / "airway" / "reference" / "features.tsv.gz", "rt") as lines:
        symbols = [line.rstrip("\n").split("\t")[1] for line in lines]
    assert len(symbols) > 10_000
    assert excel_damaged(symbols) == []


def test_a_day_number_among_names_is_damage_and_entrez_ids_are_not() -> None:
    assert excel_damaged(["GAPDH", "44621", "SOX9", "45352.0"]) == [(1, "44621"), (3, "45352.0")]
    assert excel_damaged(["44621", "7157", "100", "GAPDH"]) == []
    assert excel_damaged(["GAPDH", "SOX9", "ACAN", "99999", "12345"]) == []
    assert excel_damaged(["44621"]) == []


def test_damage_is_told_of_one_name_and_of_several() -> None:
    assert damage_words(1, "gene") == "1 gene looks like a name that Excel turned into a date or number"
    assert damage_words(3, "gene") == "3 genes look like names that Excel turned into dates or numbers"
