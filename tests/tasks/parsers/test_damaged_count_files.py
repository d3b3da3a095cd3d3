"""Count tables of which no real file is at hand: whatever happens to them, they are read, refused or nobody's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.contracts import parsers
from tasks.engine.reading import read_file
from tests.tasks.parsers import test_ciri, test_ciriquant, test_dcc, test_find_circ, test_gdc_mirna, test_mirdeep2
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.survival import survives

FILES = {
    "ciri": ("S1.ciri2.txt", test_ciri.HEADER + test_ciri.ROW + test_ciri.INTERGENIC),
    "ciriquant": ("S1.gtf", test_ciriquant.HEAD + test_ciriquant.ROW + test_ciriquant.LONELY),
    "dcc": ("CircRNACount", test_dcc.COUNT.replace("chr1\t100\t200\t1\t2", "chr1\t300\t400\t1\t2")),
    "find_circ": ("S1.bed", test_find_circ.HEADER + test_find_circ.row(99, 7, "S1,S2", "3,4") + test_find_circ.row(7)),
    "mirdeep2": ("mirna.csv", test_mirdeep2.two(("hsa-let-7a-5p", "hsa-let-7a-1", 9, 6), ("hsa-miR-21", "x", 5, 0))),
    "gdc_mirna": ("S1.isoforms.quantification.txt", test_gdc_mirna.ISOFORMS),
    "nfcore_circrna": (
        "matrix.txt",
        "Chr\tStart\tStop\tStrand\tS1\tS2\nchr1\t99\t200\t+\t5\t0\nchr2\t9\t20\t-\t1\t2\n",
    ),
}
Damages = list[tuple[Callable[[bytes, int, int], bytes], int, int]]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("parser", FILES)
def test_an_undamaged_file_has_one_reader_that_loads_it(parser: str, tmp_path: Path) -> None:
    name, content = FILES[parser]
    raw = raw_file(tmp_path, content.encode(), name)
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == [parser]
    assert read_file(raw, context()).status == "loaded"


@pytest.mark.parametrize("parser", FILES)
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(found=damages(), declared=st.sampled_from(["expression_counts", None]))
def test_a_damaged_file_is_never_a_bug(parser: str, found: Damages, declared: str | None, tmp_path: Path) -> None:
    name, content = FILES[parser]
    survives(tmp_path, damaged(content.encode(), found), declared, name)


@pytest.mark.soak
@pytest.mark.parametrize("parser", FILES)
@settings(max_examples=1500, deadline=None, suppress_health_check=SLOW)
@given(found=damages(5), declared=st.sampled_from(["expression_counts", None]))
def test_a_much_damaged_file_is_never_a_bug(parser: str, found: Damages, declared: str | None, tmp_path: Path) -> None:
    name, content = FILES[parser]
    survives(tmp_path, damaged(content.encode(), found), declared, name)
