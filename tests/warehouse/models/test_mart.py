from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from warehouse.models import views

Insert = Callable[..., None]
Read = Callable[[str], list[dict[str, Any]]]
NIGHT = datetime(2024, 3, 8, 2, tzinfo=UTC)
MANIFEST = json.dumps({"conditions": [{"id": "il1b", "label": "IL-1β", "factors": {"il1b": 10}}, {"id": "exo"}]})


@pytest.fixture
def study(insert: Insert) -> None:
    insert("core.studies", study_id="s", title="A study", manifest=MANIFEST)
    for donor in ("D1", "D2"):
        for order, condition in enumerate(("il1b", "exo")):
            insert(
                "core.samples",
                study_id="s",
                sample_id=f"{donor}_{condition}",
                condition=condition,
                condition_order=order,
                donor_id=donor,
                experiment="bench",
            )


@pytest.mark.parametrize("name", [name for name, _ in views()])
def test_a_view_of_empty_tables_is_empty(read: Read, name: str) -> None:
    assert read(name) == []


@pytest.mark.usefixtures("study")
def test_conditions_keep_their_order_and_fall_back_to_the_id(read: Read) -> None:
    assert [(r["condition"], r["label"], r["condition_order"]) for r in read("mart.conditions")] == [
        ("il1b", "IL-1β", 0),
        ("exo", "exo", 1),
    ]


def attempt(insert: Insert, number: int, status: str, part: str = "gene") -> None:
    insert(
        "ops.analysis_runs",
        study_id="s",
        attempt_id=f"a{number}",
        analysis="differential_expression",
        part=part,
        status=status,
        started_at=NIGHT + timedelta(minutes=number),
    )


@pytest.mark.usefixtures("study")
def test_an_unpublished_study_is_stale(read: Read) -> None:
    (row,) = read("mart.freshness")
    assert (row["study_id"], row["published_at"], row["is_stale"], row["quarantined_count"]) == ("s", None, True, 0)


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("statuses", "is_complete", "is_stale"),
    [
        (["done"], True, False),
        (["failed", "done"], True, False),
        (["done", "failed"], True, True),
        (["done", "skipped"], True, False),
        (["done"], False, True),
    ],
    ids=["done", "repaired", "failed again", "skipped", "incomplete"],
)
def test_staleness_follows_the_newest_attempt(
    insert: Insert, read: Read, *, statuses: list[str], is_complete: bool, is_stale: bool
) -> None:
    attempt(insert, 0, "done", part="mirna")
    for number, status in enumerate(statuses, start=1):
        attempt(insert, number, status)
    insert("ops.publications", study_id="s", published_at=NIGHT, is_complete=is_complete)
    (row,) = read("mart.freshness")
    assert row["is_stale"] is is_stale
    assert row["published_at"] == NIGHT


@pytest.mark.usefixtures("study")
def test_freshness_counts_files_by_what_became_of_them(insert: Insert, read: Read) -> None:
    insert("core.studies", study_id="other", manifest="{}")
    for number, status in enumerate(("loaded", "loaded", "quarantined", "ignored", "superseded")):
        insert("core.raw_objects", study_id="s", object_id=f"{number}", file_name=f"{number}", status=status)
    insert("core.raw_objects", study_id="s", object_id="sheet", file_name="a.csv", status="loaded", assay="manifest")
    other, row = read("mart.freshness")
    assert (row["loaded_count"], row["quarantined_count"], row["ignored_count"]) == (2, 1, 1)
    assert (other["study_id"], other["loaded_count"], other["quarantined_count"]) == ("other", 0, 0)


def test_quarantine_says_why_and_what_to_do(insert: Insert, read: Read) -> None:
    for name, status, reason in (
        ("bad.txt", "quarantined", "bad.txt, line 30: cut off. Export again."),
        ("copy.txt", "ignored", "copy.txt: the same bytes as a.txt, read there. Nothing is to be done."),
        ("good.txt", "loaded", None),
        ("notes.txt", "ignored", "nobody reads it"),
        ("wet.txt", "retracted", "retracted: wet lid"),
    ):
        insert("core.raw_objects", study_id="s", object_id=name, file_name=name, status=status, reason=reason)
    problem = {
        "study_id": "s",
        "source": "load",
        "file_name": "bad.txt",
        "message": "cut off",
        "remedy": "Export again.",
    }
    insert(
        "ops.validation_results", **problem, object_id="bad.txt", severity="local", place="line 30", rule="truncated"
    )
    insert("ops.validation_results", **problem, object_id="older", severity="local", place="line 9", rule="header")
    insert("ops.validation_results", **problem, object_id="bad.txt", severity="warning", place="B03", rule="overflow")
    bad, wet, copy, notes = read("mart.quarantine")
    assert (bad["file_name"], bad["status"], bad["place"], bad["remedy"]) == (
        *("bad.txt", "quarantined", "line 30", "Export again."),
    )
    assert bad["message"] == "cut off"
    assert (wet["file_name"], wet["status"], wet["message"]) == ("wet.txt", "retracted", "retracted: wet lid")
    assert "benchlake reactivate" in wet["remedy"]
    assert (copy["message"], copy["remedy"]) == ("the same bytes as a.txt, read there", "Nothing is to be done.")
    assert (notes["file_name"], notes["message"], notes["rule"]) == ("notes.txt", "nobody reads it", None)
    assert "files.csv" in notes["remedy"]


def test_top_genes_are_ranked_within_contrast_library_and_method(insert: Insert, read: Read) -> None:
    insert("core.contrasts", study_id="s", contrast_id="c", reference="il1b", target="exo")
    row = {"study_id": "s", "contrast_id": "c", "library": "gene", "method": "deseq2", "rna_class": "mrna"}
    for feature, padj in (("g1", 0.2), ("g2", 0.001), ("g3", None), ("g4", 0.001)):
        change = {"g2": -1.0, "g4": 3.0}.get(feature, 0.1)
        insert("result.differential_expression", **row, feature_id=feature, padj=padj, log2_fold_change=change)
    insert("result.differential_expression", **{**row, "method": "limma_voom"}, feature_id="g1", padj=0.5)
    found = read("mart.top_genes")
    assert [(r["method"], r["rank"], r["feature_id"], r["target"]) for r in found] == [
        ("deseq2", 1, "g4", "exo"),
        ("deseq2", 2, "g2", "exo"),
        ("deseq2", 3, "g1", "exo"),
        ("limma_voom", 1, "g1", "exo"),
    ]


def test_top_genes_stop_at_a_hundred(insert: Insert, read: Read) -> None:
    for number in range(103):
        insert(
            "result.differential_expression",
            study_id="s",
            contrast_id="c",
            method="deseq2",
            feature_id=f"g{number:03d}",
            padj=number / 1000,
        )
    assert [r["feature_id"] for r in read("mart.top_genes")] == [f"g{n:03d}" for n in range(100)]


@pytest.mark.usefixtures("study")
def test_qpcr_groups_count_donors_and_name_what_was_left_out(insert: Insert, read: Read) -> None:
    row = {"study_id": "s", "experiment": "bench", "target": "ACAN"}
    for sample, change, is_excluded in (
        ("D1_il1b", 1.0, False),
        ("D2_il1b", 4.0, False),
        ("D1_exo", 2.0, False),
        ("D2_exo", 9.0, True),
    ):
        insert("result.qpcr_fold_changes", **row, sample_id=sample, fold_change=change, is_excluded=is_excluded)
    il1b, exo = read("mart.qpcr_by_group")
    assert (il1b["condition"], il1b["label"], il1b["n"], il1b["n_unit"]) == ("il1b", "IL-1β", 2, "donor")
    assert il1b["mean_fold_change"] == pytest.approx(2.5)
    assert il1b["sd_fold_change"] == pytest.approx(math.sqrt(4.5))
    assert il1b["geometric_mean_fold_change"] == pytest.approx(2.0)
    assert (exo["n"], exo["mean_fold_change"], exo["sd_fold_change"], exo["left_out_count"]) == (
        *(1, pytest.approx(2.0), None, 1),
    )


@pytest.mark.usefixtures("study")
def test_cultures_of_the_only_donor_are_the_units(insert: Insert, read: Read) -> None:
    insert("core.samples", study_id="s", sample_id="D1_il1b_b", condition="il1b", donor_id="D1")
    row = {"study_id": "s", "experiment": "bench", "time_h": 24.0}
    for sample, percent in (("D1_il1b", 50.0), ("D1_il1b_b", 60.0)):
        insert("result.viability", **row, sample_id=sample, percent_viability=percent)
    (found,) = read("mart.viability_by_time")
    assert (found["n"], found["n_unit"], found["mean_percent_viability"]) == (2, "culture", 55.0)


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize("donor", ["D3", ""])
def test_n_means_the_same_in_all_groups(insert: Insert, read: Read, donor: str) -> None:
    insert("core.samples", study_id="s", sample_id="x1", condition="control", donor_id=donor)
    insert("core.samples", study_id="s", sample_id="x2", condition="control", donor_id=donor)
    for sample in ("D1_il1b", "D2_il1b", "x1", "x2"):
        insert("result.viability", study_id="s", experiment="bench", time_h=24.0, sample_id=sample)
        insert("result.qpcr_fold_changes", study_id="s", experiment="bench", target="ACAN", sample_id=sample)
    for view in ("mart.viability_by_time", "mart.qpcr_by_group"):
        assert [(r["condition"], r["n_unit"]) for r in read(view)] == [("il1b", "culture"), ("control", "culture")]


@pytest.mark.usefixtures("study")
def test_viability_averages_plates_then_cultures_then_donors(insert: Insert, read: Read) -> None:
    insert("core.samples", study_id="s", sample_id="D1_il1b_b", condition="il1b", donor_id="D1")
    row = {"study_id": "s", "experiment": "bench"}
    for sample, plate, time_h, percent in (
        ("D1_il1b", "P1", 0.0, 90.0),
        ("D1_il1b", "P2", 0.0, 100.0),
        ("D1_il1b_b", "P1", 0.0, 105.0),
        ("D2_il1b", "P1", 0.0, 80.0),
        ("D1_il1b", "P1", 72.0, 50.0),
        ("D2_il1b", "P1", 72.0, None),
    ):
        insert("result.viability", **row, sample_id=sample, plate=plate, time_h=time_h, percent_viability=percent)
    start, end = read("mart.viability_by_time")
    assert (start["time_h"], start["n"], start["mean_percent_viability"]) == (0.0, 2, 90.0)
    assert start["sd_percent_viability"] == pytest.approx(math.sqrt(200))
    assert (end["time_h"], end["n"], end["mean_percent_viability"], end["left_out_count"]) == (72.0, 1, 50.0, 1)


@pytest.mark.usefixtures("study")
def test_flagged_wells_of_plates_and_qpcr_without_blanks_that_stay_blank(insert: Insert, read: Read) -> None:
    insert("core.raw_objects", study_id="s", object_id="o", file_name="plate.txt", status="loaded")
    well = {"study_id": "s", "object_id": "o", "plate": "P1"}
    insert("core.plate_wells", **well, assay="cell_viability", well="B02", sample_id="D1_exo", flag="missed")
    insert("core.plate_wells", **well, assay="cell_viability", well="B03", value=0.5)
    insert("core.qpcr_wells", **well, well="A01", target="ACAN", task="unknown", flag="undetermined")
    insert("core.qpcr_wells", **well, well="H01", target="ACAN", task="ntc", flag="undetermined")
    found = [(r["assay"], r["file_name"], r["well"], r["condition"], r["flag"]) for r in read("mart.plate_flags")]
    assert found == [
        ("cell_viability", "plate.txt", "B02", "exo", "missed"),
        ("qpcr", "plate.txt", "A01", None, "undetermined"),
    ]


@pytest.mark.usefixtures("study")
def test_plate_quality_names_its_file_and_the_wells_apart(insert: Insert, read: Read) -> None:
    insert("core.raw_objects", study_id="s", object_id="o", file_name="plate.txt", status="loaded")
    for nm in (450.0, None):
        about = {"study_id": "s", "object_id": "o", "plate": "P1", "measure": "absorbance", "wavelength_nm": nm}
        insert("result.plate_quality", **about, time_h=None, assay="cell_viability", z_prime=0.7)
    for well in ("D05", "B02"):
        insert("result.well_outliers", **about, time_h=None, well=well, method="grubbs")
    found = {r["wavelength_nm"]: r for r in read("mart.plate_quality")}
    assert (found[None]["file_name"], found[None]["outlier_wells"]) == ("plate.txt", "B02;D05")
    assert (found[450.0]["z_prime"], found[450.0]["outlier_wells"]) == (0.7, None)


@pytest.mark.usefixtures("study")
def test_samples_carry_donor_material_and_what_was_measured(insert: Insert, read: Read) -> None:
    insert("core.donors", study_id="s", donor_id="D1", sex="f", pfirrmann="III")
    for assay, measure, value in (("qpcr", "a", 1.0), ("qpcr", "b", 2.0), ("cell_viability", "a", None)):
        insert("result.measurements", study_id="s", sample_id="D1_il1b", assay=assay, measure=measure, value=value)
    first, *others = read("mart.samples_wide")
    assert (first["sample_id"], first["label"], first["pfirrmann"], first["assays"]) == (
        *("D1_il1b", "IL-1β", "III", "qpcr"),
    )
    assert [o["assays"] for o in others] == [None, None, None]


@pytest.mark.usefixtures("study")
def test_samples_carry_the_worst_quality_and_every_flag_of_their_rna(insert: Insert, read: Read) -> None:
    base = {"study_id": "s", "sample_id": "D1_il1b", "nucleic_acid": "RNA", "role": "sample"}
    insert("core.nucleic_acid_qc", **base, reading=1, instrument="NanoDrop", ratio_260_280=1.6, flag="low_260_280")
    insert("core.nucleic_acid_qc", **base, reading=2, instrument="TapeStation", rin=6.0, flag="low_rin")
    insert("core.nucleic_acid_qc", **(base | {"role": "ladder"}), reading=3, instrument="TapeStation", rin=1.0)
    (row,) = read("mart.nucleic_acids")
    assert (row["name"], row["condition"], row["reading_count"]) == ("D1_il1b", "il1b", 2)
    assert (row["min_rin"], row["min_ratio_260_280"], row["flags"]) == (6.0, 1.6, "low_260_280;low_rin")
    assert row["instruments"] == "NanoDrop;TapeStation"


@pytest.mark.usefixtures("study")
def test_materials_carry_their_sizes_markers_and_blots(insert: Insert, read: Read) -> None:
    insert("core.materials", study_id="s", material_id="EXO", kind="exosome")
    its = {"study_id": "s", "material_id": "EXO"}
    for file, size, flag in (("a", 100.0, None), ("b", 120.0, None), ("c", None, "empty_capture")):
        insert("core.particle_summaries", **its, object_id=file, is_pooled=True, d50_nm=size, flag=flag)
    insert("core.particle_summaries", **its, object_id="a", is_pooled=False, d50_nm=1.0)
    insert("result.surface_markers", **its, marker="CD63", percent_positive=90.0, is_excluded=False)
    insert("result.surface_markers", **its, marker="CD9", percent_positive=5.0, is_excluded=True)
    insert("core.blot_bands", **its, target="CD63", membrane="M1", signal=7.0)
    insert("core.blot_bands", study_id="s", sample_id="D1_exo", target="CD63", membrane="M1", signal=8.0)
    found = {(r["assay"], r["measure"], r["target"], r["place"]): r for r in read("mart.material_readings")}
    size = found["particle_size", "median_nm", None, None]
    assert (size["value"], size["unit"], size["reading_count"], size["lost_count"]) == (110.0, "nm", 2, 1)
    assert (size["sd"], size["flags"]) == (pytest.approx(math.sqrt(200)), "empty_capture")
    assert found["flow_cytometry", "percent_positive", "CD63", None]["value"] == 90.0
    assert found["western_blot", "blot_signal", "CD63", "M1"]["value"] == 7.0
    assert not any(target == "CD9" for _, _, target, _ in found)
