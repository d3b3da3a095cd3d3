from __future__ import annotations

import unicodedata

from schemas.sheets import ExclusionRow, FileRow, Layout, LayoutWell
from schemas.study_yaml import StudyYaml
from tasks.methods.file_checks import (
    Listing,
    checked_files,
    exclusion_problems,
    layout_problems,
    reference_files,
    reference_problems,
    tidy_files,
    tidy_name,
)
from tasks.methods.id_matching import KnownIds
from tasks.methods.sheets import read_sheet
from tasks.methods.yaml_marks import read_yaml

KNOWN = KnownIds(["C1", "C2"])
LISTING = Listing(["landing/day 1/plate.txt", "landing/µ.txt", "reference/go.gmt.gz"])


def test_file_names_take_the_form_of_the_listing() -> None:
    assert tidy_name("day 1\\plate.txt", LISTING) == "landing/day 1/plate.txt"
    assert tidy_name("./landing/new.txt", LISTING) == "landing/new.txt"
    decomposed = Listing([unicodedata.normalize("NFD", "landing/é.txt")])
    assert tidy_name("é.txt", decomposed) == unicodedata.normalize("NFD", "landing/é.txt")


def test_layouts_and_wells_of_a_sheet_take_one_form() -> None:
    sheet = read_sheet(
        "f.csv", b"file,layout,well\na.txt,layouts/p.csv,b3\n", ("file", "layout", "well"), ("file",), is_open=True
    )
    assert dict(tidy_files(sheet, LISTING).rows[0].cells) == {"file": "landing/a.txt", "layout": "p", "well": "B03"}


def test_a_row_that_names_what_is_not_there_says_so() -> None:
    rows = [
        FileRow(file="landing/plate.txt", sample="c_1", layout="P96", line=2),
        FileRow(file="landing/µ.txt", sample="C2", layout="p-96", target="1-Mar", line=3),
    ]
    checked, problems = checked_files(rows, ["p96"], KNOWN, LISTING)
    assert [(str(p.severity), p.place, p.rule) for p in problems] == [
        ("local", "line 2, column layout", "unknown_layout"),
        ("local", "line 2, column sample", "unknown_sample"),
        ("local", "line 2, column file", "missing_file"),
        ("local", "line 3, column layout", "unknown_layout"),
        ("warning", "line 3, column target", "excel_damaged_name"),
    ]
    assert problems[2].remedy == "Did you mean landing/day 1/plate.txt?"
    assert "Did you mean p96" in (checked[0].problem or "")


def test_a_file_that_a_row_means_but_misspells_is_left_out_with_the_rows_reason() -> None:
    rows = [FileRow(file="landing/Day_1/PLATE.txt", assay="cell_viability", line=2)]
    (_, meant), (problem,) = checked_files(rows, [], KNOWN, LISTING)
    assert problem.severity == "local"
    assert problem.remedy.startswith("Did you mean landing/day 1/plate.txt (it differs only by case and hyphen")
    assert (meant.file, meant.problem) == ("landing/day 1/plate.txt", str(problem))


def test_a_file_is_taken_for_another_only_if_no_row_names_that_and_it_is_of_the_same_kind() -> None:
    listing = Listing(["landing/plate1.csv", "landing/plate1.txt", "landing/plate12.csv"])
    rows = [FileRow(file=f"landing/{name}", line=n) for n, name in enumerate(("plate1.csv", "plate2.csv", "pl.txt"))]
    _, problems = checked_files(rows, [], KNOWN, listing)
    assert [(str(p.severity), p.remedy) for p in problems] == [
        ("warning", "Did you mean landing/plate12.csv?"),
        ("warning", "Did you mean landing/plate1.txt?"),
    ]


def test_a_slip_of_blank_is_no_sample() -> None:
    wells = (LayoutWell(well="A01", sample="blnk"), LayoutWell(well="A02", sample="C3"))
    slip, other = layout_problems({"p": Layout(name="p", wells=wells)}, KNOWN, {"p": ["landing/a.txt"]})
    assert slip.remedy == "Did you mean blank? A well without a sample has that role."
    assert "its wells in landing/a.txt belong to no sample" in other.message


def test_without_a_listing_no_file_is_missed() -> None:
    assert checked_files([FileRow(file="landing/x")], [], KNOWN, Listing(None))[1] == []


def test_samples_of_a_layout_are_looked_up_once_each() -> None:
    wells = (
        *tuple(LayoutWell(well=f"A0{n}", sample="c1", line=n) for n in (1, 2)),
        LayoutWell(well="A03", sample="C1"),
    )
    (problem,) = layout_problems({"p": Layout(name="p", wells=wells)}, KNOWN)
    assert (problem.file, problem.place, problem.rule) == ("layouts/p.csv", "line 1, column sample", "unknown_sample")
    assert list(layout_problems({"p": Layout(name="p", wells=wells)}, None)) == []


def test_an_exclusion_that_leaves_out_nothing_is_found() -> None:
    rows = [
        ExclusionRow(reason="x", line=2),
        ExclusionRow(file="landing/gone.txt", well="Z99", sample="C9", reason="x", line=3),
        ExclusionRow(file="landing/µ.txt", well="A01", reason="x", line=4),
    ]
    assert [(p.place, p.rule) for p in exclusion_problems(rows, KNOWN, LISTING)] == [
        ("line 2, column file", "empty_exclusion"),
        ("line 3, column well", "unknown_well"),
        ("line 3, column sample", "unknown_sample"),
        ("line 3, column file", "missing_file"),
    ]


def test_a_missing_reference_file_names_what_suffers() -> None:
    text = (
        b"study_id: s\nconditions: [{id: a}]\nannotation:\n  features: s3://bucket/f.tsv\n  tx2gene: reference/tx.tsv\n"
        b"enrichment:\n  gene_sets:\n    GO: reference/go.gmt.gz\n    KEGG: reference/kegg.gmt\n"
        b"  lists: {a: {genes: /data/a.txt, background: tested}}\n"
    )
    marked = read_yaml("study.yaml", text)
    config = StudyYaml.model_validate(marked.data)
    problems = list(reference_problems(config, marked, LISTING))
    assert [(p.place, p.rule) for p in problems] == [
        ("line 5, key annotation.tx2gene", "missing_reference"),
        ("line 9, key enrichment.gene_sets.KEGG", "missing_reference"),
    ]
    assert "needed for salmon and kallisto counts" in problems[0].message
    assert len(reference_files(config)) == 5
    assert list(reference_problems(config, marked, Listing(None))) == []
