"""FCS files through a night: what is loaded, what is refused, which compensation counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.small_study import Bench


@pytest.fixture(scope="module")
def day(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The flow cytometry of a day at the bench: two good acquisitions and a corrupted one."""
    folder = tmp_path_factory.mktemp("flow")
    shutil.copytree(shared / "studies/bench_day", folder / "study")
    for other in (folder / "study/landing").iterdir():
        if other.suffix != ".fcs":
            other.unlink()
    bench = Bench(folder / "study", folder / "home")
    bench.night()
    return bench


def test_the_good_acquisitions_are_loaded_and_the_corrupted_one_is_not(day: Bench) -> None:
    rows = day.rows("SELECT file_name, status, reason FROM core.raw_objects WHERE file_name LIKE '%.fcs' ORDER BY ALL")
    assert [(Path(str(name)).name, status) for name, status, _ in rows] == [
        ("corrupted.fcs", "quarantined"),
        ("facscan_fitc_pe.fcs", "loaded"),
        ("macsquant_fcs31.fcs", "loaded"),
    ]
    assert "no FCS data set begins here; the letters FCS and a version were expected" in str(rows[0][2])


def test_events_are_seen_beside_their_samples(day: Bench) -> None:
    found = day.rows(
        'SELECT s.sample_id, s.event_count, count(*), median(e."FSC-H") FROM core.flow_samples AS s '
        "JOIN core.flow_events AS e ON e.object_id = s.object_id AND e.study_id = s.study_id GROUP BY 1, 2 ORDER BY 1"
    )
    assert [row[:3] for row in found] == [("C1", 94_569, 94_569), ("T1", 10_000, 10_000)]
    assert found[0][3] is not None


def test_what_nobody_compensated_is_flagged(day: Bench) -> None:
    rows = day.rows(
        "SELECT s.sample_id, c.source, c.flag FROM core.flow_samples AS s "
        "JOIN result.flow_compensations AS c ON c.object_id = s.object_id ORDER BY 1"
    )
    assert [row[0] for row in rows] == ["C1", "T1"]
    assert rows[0][1:] == ("none", "compensation_missing")
    assert day.rows("SELECT DISTINCT rule FROM ops.validation_results WHERE source LIKE 'flow_compensations/%'") == [
        ("compensation_missing",)
    ]
    assert day.night().is_unchanged


def test_declared_controls_compensate_a_study(shared: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    (study / "landing").mkdir(parents=True)
    shutil.copytree(shared / "data/flow/compdata/data", study / "landing", dirs_exist_ok=True)
    shutil.copy(study / "landing/060909.001", study / "landing/C1.fcs")
    with (study / "landing/C1.fcs").open("ab") as stream:
        stream.write(b"0")  # other bytes than the unstained control
    (study / "study.yaml").write_text("study_id: stains\nconditions: [{id: control}]\n")
    (study / "samples.csv").write_text("sample,condition,donor,replicate\nC1,control,d1,1\n")
    said = dict(line.split(",") for line in (shared / "data/flow/compdata/comp_match").read_text().split()[1:])
    lines = [
        f"landing/{name},flow_cytometry,,{'unstained' if c == 'unstained' else 'single_stain'},{c}"
        for name, c in said.items()
    ]
    sheet = ["file,assay,sample,control,marker", "landing/C1.fcs,flow_cytometry,C1,,", *lines]
    (study / "files.csv").write_text("\n".join(sheet) + "\n")
    bench = Bench(study, tmp_path / "home")
    bench.night()
    ((compensation, spillover),) = bench.rows(
        "SELECT c.compensation, c.spillover FROM core.flow_samples AS s "
        "JOIN result.flow_compensations AS c USING (study_id, object_id) WHERE s.sample_id = 'C1'"
    )
    assert str(compensation).startswith("single stains of FL1-H")
    found = json.loads(str(spillover))
    order = [found["channels"].index(f"FL{n}-H") for n in (1, 2, 3, 4)]
    reference = [
        [float(v) for v in line.split()[1:]]
        for line in (shared / "data/flow/compdata/compref").read_text().splitlines()[1:]
    ]
    np.testing.assert_allclose(np.array(found["matrix"])[np.ix_(order, order)], reference, rtol=1e-6)
