from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.cq_tables import CqTable, flags, is_header, targets, task, unread, wells


def table(header: list[str], *rows: list[str]) -> CqTable:
    return CqTable(tuple(header), tuple(enumerate(rows, start=1)))


@pytest.mark.parametrize("cq", ["CT", "Ct", "Cq", "Crt", "CRT", "Cт"])
def test_every_spelling_of_cq_is_found(cq: str) -> None:
    found = table(["Well", "Sample Name", "Target Name", cq])
    assert found.column("cq") == 3
    assert is_header(found.header)


def test_tables_of_curves_are_no_headers_of_cq() -> None:
    assert not is_header(["Well", "Cycle", "Rn"])
    assert not table(["Well", "Cycle", "Target Name", "Rn"]).has_cq


@pytest.mark.parametrize(
    ("printed", "sample", "role"),
    [
        ("UNKNOWN", "C1", "unknown"),
        ("Endogenous Control", "C1", "unknown"),
        ("NTC", "", "ntc"),
        ("BlockedIPC", "NAC", "ntc"),
        ("IPC", "", "positive"),
        ("PC_ALLELE_1", "", "positive"),
        ("STANDARD", "1e8", "standard"),
        ("Target", "NTC", "ntc"),
        ("UNKNOWN", "ntc_2", "ntc"),
        ("UNKNOWN", "no-template control", "ntc"),
        ("UNKNOWN", "No RT", "no_rt"),
        ("", "IRC1", "irc"),
        ("UNKNOWN", "NTC-treated cells", "unknown"),
    ],
)
def test_the_role_of_a_well(printed: str, sample: str, role: str) -> None:
    assert task(printed, sample) == role


def test_wells_come_from_positions_or_numbers() -> None:
    assert wells(table(["Well", "Well Position"], ["1.0", "B2"], ["13", ""]), 96) == ["B02", "B01"]
    assert wells(table(["Well"], ["A1"], ["97"]), None) == ["A01", "E01"]
    assert wells(table(["Well"], ["97"], ["x"]), 96) == [None, None]


def test_genotyping_gives_a_target_per_allele() -> None:
    found = CqTable(
        ("Well", "SNP Assay Name", "Allele1 Ct", "Allele2 Ct"), ((1, ["1", "S", "20", "21"]),), alleles={"allele2": "T"}
    )
    assert list(targets(found, None)) == [(["S-Allele 1"], ["20"]), (["S-T"], ["21"])]


def test_flags_and_unread_columns() -> None:
    found = table(
        ["Well", "Omit", "CT", "Ct SD", "HIGHSD", "BADROX"],
        ["1", "true", "20", "", "Y", "N"],
        ["2", "0", "20", "", "Y", "Y"],
    )
    assert flags(found) == ["omitted", "highsd;badrox"]
    assert unread(found) == ["Ct SD"]


@given(st.lists(st.text(max_size=6), max_size=8), st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=4))
def test_any_table_is_looked_at_without_error(header: list[str], rows: list[list[str]]) -> None:
    found = table(header, *rows)
    is_header(header)
    assert len(flags(found)) == len(wells(found, None)) == len(rows)
    assert all(len(names) == len(cqs) == len(rows) for names, cqs in targets(found, "G"))
