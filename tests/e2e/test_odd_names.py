"""Files whose names are traps: out of the folder, unprintable, unreadable, endless, in circles."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import UserError
from tasks.engine.ingest import check
from tasks.engine.study_files import read_folder
from tests.e2e.small_study import Bench
from tests.tasks.methods.fcs_files import fcs_file

YAML = "study_id: odd\nconditions:\n  - {id: control}\n  - {id: il1b}\n"
SAMPLES = "sample,condition,donor,replicate\nC1,control,D1,1\nT1,il1b,D1,1\n"
ODD = (
    *("line\nbreak.csv", "right-to-left\u202egpj.csv", "-rf.csv", "..csv", " spaces .csv", "';DROP TABLE.csv"),
    *("x" * 251 + ".csv", "e\u0301.csv", "\x07bell.csv", "=1+1.csv", 'quo"te.csv'),
)
NAMED = (*ODD, "caf%E9.csv")  # bytes that are no text are written out
WELLS = b"well,value,sample\nA1,0.5,C1\nA2,0.9,T1\n"


def study(folder: Path, files: str = "") -> Path:
    for name in ("landing", "layouts", "reference"):
        (folder / name).mkdir(parents=True)
    (folder / "study.yaml").write_text(YAML)
    (folder / "samples.csv").write_text(SAMPLES)
    if files:
        (folder / "files.csv").write_text(files)
    return folder


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "landing/../../secret.csv", "/etc/hostname", "..\\secret.csv", "C:\\secret.csv", "~/s.csv"],
)
def test_files_csv_cannot_name_what_is_not_in_landing(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(WELLS)
    folder = read_folder(study(tmp_path / "study", f'file,assay\n"{name}",cell_viability\n'))
    assert folder.landing == {}
    (problem,) = [p for p in check(folder) if p.rule == "missing_file"]
    assert problem.place == "line 2, column file"


@pytest.mark.parametrize("layout", ["../../secret", "/etc/hostname", "layouts/../../secret.csv"])
def test_a_layout_cannot_be_fetched_from_elsewhere(layout: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("well,sample\nA1,C1\n")
    path = study(tmp_path / "study", f"file,assay,layout\nplate.csv,cell_viability,{layout}\n")
    (path / "landing/plate.csv").write_bytes(WELLS)
    assert "unknown_layout" in {p.rule for p in check(read_folder(path))}


@pytest.mark.parametrize(
    "matrix", ["../m.csv", "/etc/hostname", "reference/../../m.csv", "..\\m.csv", "C:\\m.csv", "x" * 300]
)
def test_a_spillover_matrix_cannot_be_fetched_from_elsewhere(matrix: str, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("FITC-A,PE-A\n1,0.1\n0,1\n")
    path = study(tmp_path / "study", f"file,assay,compensation\nC1.fcs,flow_cytometry,{matrix}\n")
    channels = ("FSC-A", "FITC-A", "PE-A")
    (path / "landing/C1.fcs").write_bytes(fcs_file(np.ones((3, 3), np.float32), channels))
    folder = read_folder(path)
    assert folder.references == {}
    assert "matrix_missing" in {p.rule for p in check(folder)}


def test_a_nul_in_a_sheets_file_name_is_told(tmp_path: Path) -> None:
    path = study(tmp_path / "study")
    (path / "files.csv").write_bytes(b"file,assay\npl\0ate.csv,cell_viability\n")
    with pytest.raises(UserError) as caught:
        read_folder(path)
    assert "binary data" in str(caught.value.problems[0])


def test_files_of_odd_names_are_loaded_under_their_names(tmp_path: Path) -> None:
    path = study(tmp_path / "study")
    for number, name in enumerate(ODD):
        (path / "landing" / name).write_bytes(WELLS + b"B%d,0.1,C1\n" % (number + 1))
    with open(os.fsencode(path / "landing") + b"/caf\xe9.csv", "wb") as stream:  # noqa: PTH123  # bytes are the point
        stream.write(WELLS + b"C1,0.1,C1\n")
    rows = "".join('"landing/' + name.replace('"', '""') + '",cell_viability\n' for name in NAMED if "\n" not in name)
    (path / "files.csv").write_text(f"file,assay\n{rows}")
    bench = Bench(path, tmp_path / "home")
    bench.night()
    found = {str(name): status for name, status in bench.rows("SELECT file_name, status FROM core.raw_objects")}
    assert {n for n in found if n.startswith("landing/")} == {f"landing/{name}" for name in NAMED}
    kept = sorted(p for p in (tmp_path / "home").rglob("*") if p.is_file() and "objects" in p.parts)
    assert kept
    assert all(p.name.isascii() for p in kept)
    assert [status for name, status in found.items() if name.endswith("break.csv")] == ["ignored"]  # no row names it
    assert {s for n, s in found.items() if n.startswith("landing/") and "\n" not in n} == {"loaded"}
    problems = bench.rows("SELECT file_name, message FROM ops.validation_results")
    assert all("\n" not in str(message) for _, message in problems)


def test_links_in_circles_end(tmp_path: Path) -> None:
    path = study(tmp_path / "study")
    (path / "landing/plate.csv").write_bytes(WELLS)
    for name in ("a", "b", "c"):
        (path / "landing" / name).symlink_to(path / "landing", target_is_directory=True)
    (path / "landing/self").symlink_to(path / "landing/self")
    (path / "landing/gone").symlink_to(path / "landing/nothing")
    assert set(read_folder(path).landing) == {"landing/plate.csv"}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = study(tmp_path / "study")
    os.mkfifo(path / "landing/pipe.csv")
    assert read_folder(path).landing == {}
