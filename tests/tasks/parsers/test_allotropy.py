"""What a study sees of allotropy; runs where ``benchlake[allotropy]`` is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.engine.reading import read_file
from tasks.methods.signatures import unreadable_reason
from tasks.parsers.allotropy import PARSER, installed
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.shared_files import expected, files, kind_of, parsed
from tests.tasks.parsers.survival import survives

is_absent = installed() is None
needs_allotropy = pytest.mark.skipif(is_absent, reason="allotropy is not installed (pip install benchlake[allotropy])")
CEDEX = (
    "Workarea name,Sample identifier,Dilution,Dead cells,Living cells,Total Cell Count,Viable Cell Count,"
    "Total Cell Conc.,Viable Cell Conc.,Viability,Username,Date finished,System name,System description,Cedex ID\n"
    "w,C1,1,10,190,200,190,1.5E6,1.4E6,95,u,2023-02-01T09:48:40,s,Cedex HiRes,c1\n"
)


def test_without_allotropy_it_claims_nothing(tmp_path: Path) -> None:
    if not is_absent:
        pytest.skip("allotropy is installed")
    raw = raw_file(tmp_path, CEDEX.encode(), "cedex.csv")
    assert not PARSER.claims(raw, context(assay="cell_counts"))
    assert "allotropy" not in str(unreadable_reason(raw, context(assay="cell_counts")))


@needs_allotropy
def test_it_never_claims_what_another_parser_reads_or_nobody_declared(shared: Path) -> None:
    for path in files(shared):
        raw = RawFile.read(path)
        for about in (context(), *(context(assay=a) for a in ("cell_viability", "cell_counts"))):
            if PARSER.claims(raw, about):
                others = [p.name for p in parsers().values() if p.name != "allotropy" and p.claims(raw, about)]
                assert (about.assay is not None, others) == (True, [])


@needs_allotropy
def test_plates_of_known_vendors_are_the_values_of_our_own_readers(shared: Path) -> None:
    compared = 0
    for path in files(shared):
        if kind_of(path, shared) != "plate_reader" or expected(path) is None:
            continue
        own = parsed(path, shared)[1].frames["core.plate_wells"].select("well", "value", "unit")
        found = PARSER.parse(RawFile.read(path), context(assay="cell_viability"))
        theirs = found.frames["core.plate_wells"].select("well", "value", "unit")
        assert sorted(own.rows(), key=str) == sorted(theirs.rows(), key=str), path
        assert str(found.read_by).startswith(f"allotropy:{installed()}:")
        assert found.unread
        compared += 1
    assert compared == 16


@needs_allotropy
def test_a_vendor_of_allotropys_alone_is_read_and_says_so(tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, CEDEX.encode(), "cedex.csv"), context(assay="cell_counts"))
    assert (reading.status, reading.reason) == ("loaded", None)
    assert reading.parser is not None
    assert reading.parser.name == f"allotropy:{installed()}:roche_cedex_hires"
    (row,) = reading.frames["core.cell_counts"].to_dicts()
    assert (row["sample_name"], row["percent_viable"], row["viable_concentration_per_ml"]) == ("C1", 95, 1.4e6)


@needs_allotropy
def test_what_it_cannot_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    for name, text in (("a.csv", "nothing,of\nany,vendor\n"), ("b.xlsx", "no workbook"), ("c.txt", "")):
        with pytest.raises(BadInputError) as caught:
            PARSER.parse(raw_file(tmp_path, text.encode(), name), context(assay="cell_viability"))
        assert caught.value.problems[0].remedy


@needs_allotropy
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=damages())
def test_damaged_files_are_never_a_bug(found: list, tmp_path: Path) -> None:  # type: ignore[type-arg]
    survives(tmp_path, damaged(CEDEX.encode(), found), "cell_counts", "cedex.csv")
