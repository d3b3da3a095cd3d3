"""What is gated again when a control tube, a control's declaration or a spillover matrix changed, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.small_study import Bench
from tests.e2e.test_flow_gates import write
from tests.tasks.methods.flow_simulation import TRUTH, events, unstained

HEAD = "file,assay,sample,control,marker,run,compensation"
RUNS = ("day1", "day2")
DESCENDANTS = {("cell_populations", ""), ("measurements", "flow_cytometry, cell_populations, ")}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two days of one panel, each with a culture, an unstained tube and a matrix of the study's own."""
    study = tmp_path / "study"
    (study / "landing").mkdir(parents=True)
    lines = [HEAD]
    for i, run in enumerate(RUNS, 1):
        write(study / f"landing/S{i}.fcs", events(TRUTH, n=3_000, seed=i), FITC_A="Annexin V", PE_A="PI")
        write(study / f"landing/U{i}.fcs", unstained(n=2_000 + i))
        (study / f"m{i}.csv").write_text("FITC-A,PE-A\n1,0.15\n0,1\n")
        lines += [
            f"landing/S{i}.fcs,flow_cytometry,S{i},,,{run},m{i}.csv",
            f"landing/U{i}.fcs,flow_cytometry,,unstained,,{run},m{i}.csv",
        ]
    (study / "files.csv").write_text("\n".join(lines) + "\n")
    (study / "samples.csv").write_text("sample,condition,donor,replicate\nS1,C,d1,1\nS2,C,d2,2\n")
    (study / "study.yaml").write_text("study_id: days\nconditions: [{id: C}]\n")
    found = Bench(study, tmp_path / "home")
    assert not found.night().failed
    return found


def computed(bench: Bench) -> tuple[set[str], set[tuple[str, str]]]:
    """Files read and parts computed in a night."""
    before = bench.attempts()
    summary = bench.night()
    assert not summary.failed
    fresh = bench.attempts() - before
    return {f.file_name for f in summary.files}, {(str(a), str(p)) for _, a, p, status in fresh if status == "done"}


def test_a_recorded_control_gates_its_own_run_again(bench: Bench) -> None:
    write(bench.study / "landing/U1.fcs", unstained(n=2_500))
    files, parts = computed(bench)
    assert files == {"landing/U1.fcs"}
    assert {(a, p.partition("/")[0]) for a, p in parts if a in {"apoptosis", "flow_compensations"}} == {
        ("flow_compensations", "day1"),
        ("apoptosis", "day1"),
    }
    assert {a for a, _ in parts} == {
        "flow_compensations",
        "apoptosis",
        "cell_populations",
        "measurements",
        "figure apoptosis_gates",
    }
    assert bench.night().is_unchanged


def test_a_control_that_is_declared_otherwise_gates_its_run_again(bench: Bench) -> None:
    methods = "SELECT sample_id, annexin_method FROM result.apoptosis ORDER BY 1"
    assert [str(m).partition(":")[0] for _, m in bench.rows(methods)] == ["unstained", "unstained"]
    bench.edit("files.csv", ",unstained,,day2,", ",isotype,,day2,")
    files, parts = computed(bench)
    assert files == {"landing/U2.fcs"}
    assert {p.partition("/")[0] for a, p in parts if a == "apoptosis"} == {"day2"}
    assert [str(m).partition(":")[0] for _, m in bench.rows(methods)] == ["unstained", "isotype"]


def test_a_changed_matrix_reads_the_files_that_name_it_again_and_no_others(bench: Bench) -> None:
    matrices = "SELECT c.spillover FROM core.flow_samples AS s JOIN result.flow_compensations AS c USING (object_id)"
    bench.edit("m2.csv", "0.15", "0.30")
    files, parts = computed(bench)
    assert files == {"landing/S2.fcs", "landing/U2.fcs"}
    assert {p.partition("/")[0] for a, p in parts if a in {"apoptosis", "flow_compensations"}} == {"day2"}
    assert sorted("0.3" in str(m) for (m,) in bench.rows(matrices)) == [False, False, True, True]
