"""Whatever happens to a file of particles, blots, cells or nucleic acids, it is read, refused or nobody's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.contracts import parsers
from tasks.engine.reading import read_file
from tests.tasks.parsers.assay_files import IMAGE_LAB, IMAGE_STUDIO, SUMMARY, ZETAVIEW
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.survival import survives

REAL = {
    "data/nta/nanosight_nta32_beads.csv": "particle_size",
    "data/western/imagej_Results.csv": "western_blot",
    "data/western/imagej_Results.xls": "western_blot",
    "data/western/gel-example.png": "image",
    "data/cell_imaging_counts/agilent_gen5_image/Cell_Count_DAPI_GFP.txt": "senescence",
    "data/cell_imaging_counts/beckman_vi_cell_blu/Beckman_Vi-Cell-BLU_example01.csv": "cell_counts",
    "data/cell_imaging_counts/beckman_vi_cell_blu/Beckman_Vi-Cell-BLU_example01_utf16.csv": "cell_counts",
    "data/cell_imaging_counts/chemometec_nucleoview/chemometec_nucleoview_example01.csv": "cell_counts",
    "data/nucleic_acid_qc/thermo_fisher_nanodrop_one/dsDNA 7_19_2023 3_27_29 PM.csv": "nucleic_acid_qc",
    "data/nucleic_acid_qc/thermo_fisher_qubit4/thermo_fisher_qubit4_example_1.csv": "nucleic_acid_qc",
    "data/nucleic_acid_qc/agilent_tapestation_analysis/agilent_tapestation_analysis_example_01.xml": "nucleic_acid_qc",
}
WRITTEN = {
    "zetaview": (ZETAVIEW.encode("latin-1"), "particle_size"),
    "image_studio": (IMAGE_STUDIO.encode(), "western_blot"),
    "image_lab": (IMAGE_LAB.encode(), "western_blot"),
    "imagej_summary": (SUMMARY.encode(), "senescence"),
    "count_table": (b"sample,field,positive,total\nC1,1,12,110\nC1,2,9,130\nT1,1,80,120\n", "senescence"),
}
Damages = list[tuple[Callable[[bytes, int, int], bytes], int, int]]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def content_of(name: str, shared: Path) -> tuple[bytes, str]:
    return WRITTEN[name] if name in WRITTEN else ((shared / name).read_bytes(), REAL[name])


@pytest.mark.parametrize("name", [*REAL, *WRITTEN])
def test_an_undamaged_file_has_one_reader_that_loads_it(name: str, shared: Path, tmp_path: Path) -> None:
    content, assay = content_of(name, shared)
    raw = raw_file(tmp_path, content, Path(name).name)
    (reader,) = [p for p in parsers().values() if p.claims(raw, context(assay=assay))]
    assert read_file(raw, context(assay=assay)).status == "loaded"
    if not reader.is_generic:
        assert [p.name for p in parsers().values() if p.claims(raw, context())] == [reader.name]


@pytest.mark.parametrize("name", [*REAL, *WRITTEN])
@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(found=damages(), declared=st.sampled_from(["declared", "undeclared"]))
def test_a_damaged_file_is_never_a_bug(
    name: str,
    found: Damages,
    declared: str,
    shared: Path,
    tmp_path: Path,
) -> None:
    content, assay = content_of(name, shared)
    survives(tmp_path, damaged(content, found), assay if declared == "declared" else None)


@pytest.mark.soak
@pytest.mark.parametrize("name", [*REAL, *WRITTEN])
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(found=damages(6))
def test_a_much_damaged_file_is_never_a_bug(name: str, found: Damages, shared: Path, tmp_path: Path) -> None:
    content, assay = content_of(name, shared)
    survives(tmp_path, damaged(content, found), assay)
