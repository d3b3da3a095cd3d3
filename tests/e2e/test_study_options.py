"""Keys of study.yaml that decide what a file's rows are: which files a changed value reads again, and no others."""

from __future__ import annotations

import pytest

from tests.e2e.small_study import Bench
from tests.e2e.test_flow_gates import write
from tests.night import loaded
from tests.tasks.methods.flow_simulation import unstained
from tests.tasks.parsers.test_sds import TEXT

WIDE = TEXT.replace("24\t\t\t", "97\t\tC2\tACAN\tTarget\t27.0\t1.2\n24\t\t\t")  # no well 97 on a plate of 96
GRID = "".join(
    ["," + ",".join(map(str, range(1, 13))) + "\n", *(f"{a},{','.join(['0.5'] * 12)}\n" for a in "ABCDEFGH")]
)
STUDY = {
    "study.yaml": "study_id: options\nconditions: [{id: c}]\nviability: {}\nqpcr: {plate_size: 96}\nflow: {}\n",
    "samples.csv": "sample,condition\nC1,c\nC2,c\n",
    "files.csv": (
        "file,assay,sample,time_h,compensation\nlanding/od.csv,cell_viability,,24,\nlanding/run.txt,qpcr,,,\n"
        "landing/wide.txt,qpcr,,,\nlanding/own.fcs,flow_cytometry,C1,,own.csv\nlanding/none.fcs,flow_cytometry,C2,,\n"
    ),
    "own.csv": "FITC-A,PE-A\n1,0.15\n0,1\n",
    "landing/od.csv": GRID,
    "landing/run.txt": TEXT,
    "landing/wide.txt": WIDE,
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A plate, two qPCR runs of which one names a well that is none, and two tubes, one with a matrix of its own."""
    made = Bench(tmp_path_factory.mktemp("options") / "study", tmp_path_factory.mktemp("options_home"))
    (made.study / "landing").mkdir(parents=True)
    for name, text in STUDY.items():
        (made.study / name).write_text(text)
    for name, seed in (("own", 2_000), ("none", 2_001)):
        write(made.study / f"landing/{name}.fcs", unstained(n=seed))
    assert read_again(made) == {"landing/od.csv", "landing/run.txt", "landing/own.fcs", "landing/none.fcs"}
    assert statuses(made)["landing/wide.txt"] == "quarantined"
    return made


def read_again(bench: Bench) -> set[str]:
    """Raw files loaded now; the ledger's other files were looked at at most."""
    return {
        f.file_name for f in loaded(bench.study, bench.home)[1] if f.status == "loaded" and "landing" in f.file_name
    }


def statuses(bench: Bench) -> dict[str, str]:
    return {str(name): str(status) for name, status in bench.rows("SELECT file_name, status FROM core.raw_objects")}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("viability: {}", "viability: {wavelength_nm: 450}", set()),  # as without the key
        ("viability: {}", "viability: {wavelength_nm: 570}", {"landing/od.csv"}),
        ("plate_size: 96", "plate_size: 384", {"landing/run.txt", "landing/wide.txt"}),  # one had failed
        ("flow: {}", "flow: {compensation: absent.csv}", {"landing/none.fcs"}),
    ],
)
def test_a_changed_value_reads_its_files_again_and_no_others(
    bench: Bench, old: str, new: str, expected: set[str]
) -> None:
    sheet = bench.study / "study.yaml"
    text = STUDY["study.yaml"].replace(old, new)
    sheet.write_text(text)
    assert read_again(bench) == expected
    assert read_again(bench) == set()
    sheet.write_text(STUDY["study.yaml"])
    read_again(bench)
    assert bench.rows("SELECT count(*) FROM core.qpcr_wells") == [(3,)]  # of the run that can be read
