from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Severity
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods.manifests import manifest_names, read_study
from tasks.methods.study_template import DraftFile, drafted, study_slug, template


def read(sheets: dict[str, str], landing: tuple[str, ...] = ()) -> Study:
    files = {name: sheets[name].encode() for name in manifest_names(sheets)}
    return read_study(files, [*sheets, *landing])


def test_a_new_study_is_valid_and_has_no_problems() -> None:
    study = read(template("my_study"))
    assert study.problems == ()
    assert (study.study_id, study.config.condition_ids) == ("my_study", ["control", "treated"])
    assert (study.contrasts[0].blocking, study.contrasts[0].problem) == (["donor"], None)
    assert [c.id for c in study.comparisons] == ["all"]
    roles = [w.role for w in study.layouts["plate96"].wells]
    assert (len(roles), roles.count("sample"), roles.count("blank")) == (96, 18, 6)


def test_every_section_of_study_yaml_is_shown() -> None:
    text = template("s")["study.yaml"]
    shown = set(re.findall(r"^(?:# )?([a-z_]+):", text, re.MULTILINE))
    assert shown == set(StudyYaml.model_fields) - {"is_simulated"}


def test_every_commented_option_is_valid_when_it_is_uncommented() -> None:
    sheets = template("s")
    options = re.sub(r"^# ((?: +[-a-z_]+:| +- |[a-z_]+:).*)$", r"\1", sheets["study.yaml"], flags=re.MULTILINE)
    sheets["study.yaml"] = options
    study = read(sheets)
    assert study.config.genome == "GRCh38"
    assert study.config.statistics.rescue.disease == "treated"
    assert study.config.enrichment.lists["apoptosis"].background == "tested"
    assert {p.rule for p in study.problems} == {"missing_reference"}


def test_a_draft_lists_the_files_and_guesses_conditions_from_sample_names() -> None:
    found = [
        DraftFile(
            "landing/counts.csv", "expression_counts", ("IL1b_rep1", "IL1b_rep2", "ctrl_1", "ctrl-2", "SRR1039508")
        ),
        DraftFile("landing/a b.fcs", "flow_cytometry", ("IL1B rep 1",)),
        DraftFile("landing/notes.docx"),
    ]
    study = read(drafted(found, "new"), tuple(f.name for f in found))
    assert [(s.sample, s.condition, s.replicate) for s in study.samples] == [
        ("IL1b_rep1", "IL1b", "1"),
        ("IL1b_rep2", "IL1b", "2"),
        ("ctrl_1", "ctrl", "1"),
        ("ctrl-2", "ctrl", "2"),
        ("SRR1039508", "unassigned", ""),
    ]
    assert study.config.condition_ids == ["ctrl", "IL1b", "unassigned"]
    assert [(f.file, f.assay, f.sample) for f in study.files] == [
        ("landing/counts.csv", "expression_counts", None),
        ("landing/a b.fcs", "flow_cytometry", "IL1b_rep1"),
        ("landing/notes.docx", None, None),
    ]
    assert not [p for p in study.problems if p.severity is not Severity.WARNING]


def test_donors_in_names_are_kept_and_unknown_ones_asked_for() -> None:
    names = ("con_D1", "con_D2", "TNF10_D1_rep2", "TNF10_d2", "con_3")
    study = read(drafted([DraftFile("landing/c.csv", "expression_counts", names)]), ("landing/c.csv",))
    assert [(s.condition, s.donor, s.replicate) for s in study.samples] == [
        ("con", "D1", "1"),
        ("con", "D2", "2"),
        ("TNF10", "D1", "2"),
        ("TNF10", "D2", "2"),
        ("con", "", "3"),
    ]
    (mark,) = [p for p in study.problems if p.rule == "draft_mark"]
    assert (mark.file, mark.place) == ("samples.csv", "line 2")
    assert "FILL IN donor: D1 is a guess; a day? a passage?" in mark.message
    assert "lines like it: 5" in mark.message
    last = drafted([DraftFile("landing/c.csv", "expression_counts", names)])["samples.csv"].splitlines()[-1]
    assert "FILL IN donor: the same for all cultures of one donor" in last


def test_a_disease_stands_before_what_is_added_to_it_and_its_place_is_asked_for() -> None:
    names = ("il1b_exo_1", "con_1", "il1b_1", "TGFb_1")
    sheets = drafted([DraftFile("landing/c.csv", "expression_counts", names)])
    study = read(sheets, ("landing/c.csv",))
    assert [c.id for c in study.config.conditions] == ["con", "il1b", "il1b_exo", "TGFb"]
    assert "{id: il1b, label: il1b}  # FILL IN order: the disease second, treatments after it" in sheets["study.yaml"]
    (mark,) = [p for p in study.problems if p.rule == "draft_mark" and p.file == "study.yaml"]
    assert "the disease second" in mark.message


def test_a_draft_without_samples_is_valid_and_marks_what_is_missing() -> None:
    found = [DraftFile("landing/od.csv", "cell_viability", is_guess=True), DraftFile("landing/notes.docx")]
    sheets = drafted(found)
    (row,) = sheets["samples.csv"].splitlines()[1:]
    assert row.startswith("SAMPLE_1,unassigned,,,FILL IN: no file names a sample")
    assert "contrasts.csv" not in sheets
    assert re.findall(r"^  - .*", sheets["study.yaml"], re.MULTILINE) == [
        "  - {id: unassigned, label: unassigned}  # FILL IN condition: the names tell none"
    ]
    notes = [line.rpartition(",")[2] for line in sheets["files.csv"].splitlines()[1:]]
    assert "guess" in notes[0]
    assert all("FILL IN" in note for note in notes)
    names = tuple(f.name for f in found)
    assert not [p for p in read(sheets, names).problems if p.severity is Severity.FATAL]
    filled = sheets | {
        "samples.csv": "sample,condition,donor\nA,control,\n",
        "study.yaml": sheets["study.yaml"].replace("{id: unassigned, label: unassigned}", "{id: control}"),
        "files.csv": sheets["files.csv"].replace("cell_viability,,,", "cell_viability,,plate96,24"),
        "layouts/plate96.csv": sheets["layouts/plate96.csv"].replace("A,,,", "A,,A,blank"),
    }
    study = read(filled, names)
    assert [p for p in study.problems if p.severity is not Severity.WARNING] == []
    assert [(w.well, w.role) for w in study.layouts["plate96"].wells if w.role != "empty"] == [
        ("A02", "sample"),
        ("A03", "blank"),
    ]


def test_plates_whose_samples_are_named_need_no_layout() -> None:
    sheets = drafted([DraftFile("landing/od.csv", "cell_viability", ("C_1", "C_2"))])
    assert not any(name.startswith("layouts/") for name in sheets)
    assert "FILL IN" not in sheets["files.csv"]


@pytest.mark.parametrize(
    ("text", "slug"),
    [("My Study!", "my_study"), ("2026-01 IL-1β", "2026-01_il-1"), ("研究", "study"), ("_x" * 50, "x_" * 31 + "x_")],
)
def test_a_folder_name_becomes_a_study_id(text: str, slug: str) -> None:
    assert study_slug(text) == slug.strip("_")


@given(st.lists(st.text(min_size=1, max_size=10, alphabet=st.characters(exclude_categories=["C", "Z"])), max_size=8))
@settings(deadline=None)
def test_any_sample_names_give_a_readable_draft(names: list[str]) -> None:
    sheets = drafted([DraftFile("landing/c.csv", "expression_counts", tuple(names))])
    assert len(read(sheets, ("landing/c.csv",)).samples) >= 1
