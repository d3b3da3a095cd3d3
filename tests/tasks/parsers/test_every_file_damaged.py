"""Every real file of every assay, damaged in every way: read, refused or nobody's, never a crash or a hang."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.survival import survives

MOST_BYTES = 600_000  # larger files are damaged in their first part
ASSAYS = {
    "plate_reader": "cell_viability",
    "qpcr": "qpcr",
    "flow": "flow_cytometry",
    "nta": "particle_size",
    "western": "western_blot",
    "cell_imaging_counts": "cell_counts",
    "nucleic_acid_qc": "nucleic_acid_qc",
    "sequencing/featurecounts": "expression_counts",
    "sequencing/htseq": "expression_counts",
    "sequencing/star": "expression_counts",
    "sequencing/counts": "expression_counts",
    "sequencing/circrna": "expression_counts",
    "sequencing/mirna/mirtop": "expression_counts",
}
EVERY = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def samples(shared: Path, kind: str) -> list[Path]:
    """Every file of a kind; of 47 gate definitions and their truth only the first ones."""
    found = sorted(p for p in (shared / "data" / kind).rglob("*") if p.is_file() and p.parent.name != "expected")
    gates = [p for p in found if p.parent.parent.name == "gate_ref"]
    return [p for p in found if p not in gates[3:]]


def start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES)


@pytest.mark.parametrize("kind", ASSAYS)
@settings(max_examples=6, **EVERY)
@given(data=st.data())
def test_a_damaged_file_is_never_a_bug(kind: str, data: st.DataObject, shared: Path, tmp_path: Path) -> None:
    for path in samples(shared, kind):
        found = data.draw(damages(), label=path.name)
        assay = data.draw(st.sampled_from([None, ASSAYS[kind]]))
        survives(tmp_path, damaged(start_of(path), found), assay, path.name)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ASSAYS)
@settings(max_examples=1500, **EVERY)
@given(data=st.data())
def test_a_much_damaged_file_is_never_a_bug(kind: str, data: st.DataObject, shared: Path, tmp_path: Path) -> None:
    path = data.draw(st.sampled_from(samples(shared, kind)))
    found = data.draw(damages(4), label=path.name)
    assay = data.draw(st.sampled_from([ASSAYS[kind], ASSAYS[kind], None, "image", "cell_viability"]))
    event(survives(tmp_path, damaged(start_of(path), found), assay, path.name))
