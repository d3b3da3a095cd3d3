from __future__ import annotations

from pathlib import Path

from tasks.engine.new_study import write_new_study
from tasks.engine.study_files import read_folder
from tests.tasks.methods.test_draft_guesses import PLATE, counts


def test_a_draft_from_bare_tables_says_what_it_guessed_and_checks(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, text in {"od.csv": PLATE, "rna.csv": counts("gene"), "notes.txt": "a note\n"}.items():
        (raw / name).write_text(text)
    told = "\n".join(write_new_study(tmp_path / "new", raw))
    assert "3 files: 0 recognised, 2 guessed" in told
    assert "guessed: landing/od.csv as cell_viability" in told
    study = read_folder(tmp_path / "new").study
    assert [(f.file, f.assay) for f in study.files] == [
        ("landing/notes.txt", None),
        ("landing/od.csv", "cell_viability"),
        ("landing/rna.csv", "expression_counts"),
    ]
    assert [(s.sample, s.condition) for s in study.samples] == [("C1", "C"), ("C2", "C"), ("T1", "T")]
    assert "plate96" in study.layouts
    assert "well,sample,role" in (tmp_path / "new" / "layouts" / "README.md").read_text()


def test_a_draft_from_files_that_name_no_sample_says_so(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "od.csv").write_text(PLATE)
    told = "\n".join(write_new_study(tmp_path / "new", raw))
    assert "no file names a sample: write your cultures into samples.csv" in told
    assert "FILL IN stands where something is missing: files.csv, samples.csv, study.yaml" in told


def test_a_draft_from_salmon_and_featurecounts_has_one_row_a_sample(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    for sample in ("ctrl_1", "il1b_1"):
        (raw / "salmon" / sample).mkdir(parents=True)
        (raw / "salmon" / sample / "quant.sf").write_text(
            "Name\tLength\tEffectiveLength\tTPM\tNumReads\nT1\t900\t800\t1000000\t12\n"
        )
    header = "Geneid\tChr\tStart\tEnd\tStrand\tLength\tbam/ctrl_1.sorted.bam\tbam/il1b_1.sorted.bam\n"
    (raw / "counts.txt").write_text(header + "G1\tchr1\t1\t9\t+\t9\t3\t4\n")
    told = "\n".join(write_new_study(tmp_path / "new", raw))
    assert "3 files: 3 recognised, 0 guessed" in told
    study = read_folder(tmp_path / "new").study
    assert [f.assay for f in study.files] == ["expression_counts"] * 3
    assert [(s.sample, s.condition) for s in study.samples] == [("ctrl_1", "ctrl"), ("il1b_1", "il1b")]
