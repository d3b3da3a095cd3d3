"""Errors that cost labs a week, planted into a study's files: each is told in one line with what to do."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.errors import Problem
from tasks.engine.ingest import check
from tasks.engine.study_files import read_folder
from tasks.methods.grids import well_at
from tests.tasks.parsers.assay_files import ZETAVIEW
from tests.tasks.parsers.plate_writers import gen5
from tests.tasks.parsers.test_nanosight import SMALL

YAML = "study_id: planted\nconditions:\n  - {id: control}\n  - {id: il1b}\n"
SAMPLES = "sample,condition,donor,replicate,culture_date\nC1,control,D1,1,2024-03-05\nT1,il1b,D1,1,2024-03-05\n"
MATRIX = "gene,C1,T1\nSOX9,10,20\nACAN,5,7\n2-Sep,3,4\nMARCHF1,1,0\nFOS,100,300\nHYI,40,4\n"


def plate(*, turned: bool = False, blank: float = 0.08, top: float = 1.2) -> bytes:
    """Blanks in column 1, C1 in columns 2 to 6, T1 in 7 to 12."""
    rows = [[blank, *([top] * 5), *([0.6 * top] * 6)] for _ in range(8)]
    rows = [row[::-1] for row in rows[::-1]] if turned else rows
    return gen5([[f"{value:.3f}" for value in row] for row in rows])


LAYOUT = "well,sample,role\n" + "".join(
    f"{well_at(r, c)},{'' if c == 0 else 'C1' if c < 6 else 'T1'},{'blank' if c == 0 else 'sample'}\n"
    for r in range(8)
    for c in range(12)
)
VIABILITY = "file,assay,layout,time_h\na.txt,cell_viability,p,24\n"
PARTICLES = "file,assay,sample\na.txt,particle_size,C1\n"
QUBIT = "Run ID,Assay Name,Test Name,Test Date,Original sample conc.,Units,Dilution Factor\n1,RNA,C1,{},5,ng/uL,200\n"
GOOD = {"a.txt": plate()}
PLANTED: dict[str, tuple[str, dict[str, bytes], str, str, str]] = {
    # files.csv, files, rule, what the line says, what it says to do
    "plate turned round": (VIABILITY, {"a.txt": plate(turned=True)}, "layout_rotated", "rotated 180°", "turned round"),
    "blanks with cells": (VIABILITY, {"a.txt": plate(blank=1.1)}, "blank_not_blank", "blanks read 1.1", "the layout"),
    "OD over range": (VIABILITY, {"a.txt": plate(top=3.4)}, "over_range", "above 3 OD", "Dilute"),
    "dilution missing": (
        PARTICLES,
        {"a.txt": ZETAVIEW.replace("Dilution::\t1000", "Dilution::\t").encode("latin-1")},
        *("dilution_missing", "dilution", "files.csv"),
    ),
    "dilution applied twice": (
        PARTICLES,
        {"a.txt": SMALL.replace("0.4,0.8", "4E-4,8E-4").encode()},
        *("dilution_twice", "dilution", "dilution"),
    ),
    "more positive cells than cells": (
        "file,assay\na.txt,senescence\n",
        {"a.txt": b"sample,field,positive,total\nC1,1,150,110\nT1,1,20,120\n"},
        *("positive_exceeds_total", "more positive cells", "not exchanged"),
    ),
    "ids off by hyphen and case": (
        "file,assay\na.txt,cell_viability\n",
        {"a.txt": b"well,OD450,sample\nA1,0.5,C-1\nA2,0.5,t1\n"},
        *("unknown_sample", "C-1", "'C1'"),
    ),
    "the same bytes under two samples": (
        "file,assay,sample\na.txt,particle_size,C1\nb.txt,particle_size,T1\n",
        {"a.txt": ZETAVIEW.encode("latin-1"), "b.txt": ZETAVIEW.encode("latin-1")},
        *("same_bytes", "gives them to the samples C1, T1", "put the right file in its place"),
    ),
    "gene names that Excel made dates": (
        "file,assay\na.txt,expression_counts\n",
        {"a.txt": MATRIX.encode()},
        *("excel_gene_name", "line 4", "spreadsheet"),
    ),
    "measured before the culture was set up": (
        "file,assay\na.txt,nucleic_acid_qc\n",
        {"a.txt": QUBIT.format("2/20/2024 6:40:54 AM").replace("Test Date,", "Test Date,Qubit tube conc.,", 1)
         .replace("AM,5", "AM,1,5").encode()},
        *("file_before_culture", "was measured on 2024-02-20, culture C1 was set up on 2024-03-05", "culture_date"),
    ),
}  # fmt: skip


def problems(folder: Path, sheet: str, files: dict[str, bytes], written: str = "2024-03-08") -> list[Problem]:
    for name in ("landing", "layouts"):
        (folder / name).mkdir()
    (folder / "study.yaml").write_text(YAML)
    (folder / "samples.csv").write_text(SAMPLES)
    (folder / "files.csv").write_text(sheet)
    (folder / "layouts/p.csv").write_text(LAYOUT)
    at = datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
    for name, content in files.items():
        (folder / "landing" / name).write_bytes(content)
        os.utime(folder / "landing" / name, (at, at))
    return check(read_folder(folder))


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_told_in_one_line_with_what_to_do(error: str, tmp_path: Path) -> None:
    sheet, files, rule, said, remedy = PLANTED[error]
    found = [p for p in problems(tmp_path, sheet, files) if p.rule == rule]
    assert found
    line = str(found[0])
    assert "\n" not in line
    assert line.startswith("landing/a.txt")
    assert said in line
    assert remedy in found[0].remedy
    assert len(line) < 500


def test_a_sound_plate_says_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path, VIABILITY, GOOD) == []


def test_a_file_written_before_its_culture_was_set_up_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, VIABILITY, GOOD, written="2024-02-01")
    assert problem.rule == "file_before_culture"
    assert "was last written on 2024-02-01" in problem.message


def test_there_is_never_more_than_a_screen(tmp_path: Path) -> None:
    names = "".join(f"{well_at(r, c)},0.5,nobody {r}-{c}\n" for r in range(8) for c in range(12))
    found = problems(tmp_path, "file,assay\na.txt,cell_viability\n", {"a.txt": f"well,OD450,sample\n{names}".encode()})
    assert len(found) < 5
    assert all(len(str(problem)) < 1000 for problem in found)
