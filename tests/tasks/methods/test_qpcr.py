from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.qpcr import fold_change

Row = dict[str, Any]


def well(sample: str | None, target: str, cq: float | None, **more: object) -> Row:
    condition = None if sample is None else "control" if sample.startswith("C") else "treated"
    row: Row = {"object_id": "f1", "sample_id": sample, "condition": condition, "target": target, "cq": cq}
    row |= {
        "plate": "p",
        "plate_is_explicit": False,
        "task": "unknown",
        "flag": None,
        "is_excluded": False,
        "is_sample_excluded": False,
    }
    return row | more


def frame(*rows: Row) -> pl.DataFrame:
    schema = {"cq": pl.Float64, "flag": pl.String, "sample_id": pl.String, "condition": pl.String}
    return pl.DataFrame(list(rows), schema_overrides=schema)


def computed(*rows: Row, references: tuple[str, ...] = ("GAPDH",)) -> dict[tuple[str, str], Row]:
    table = fold_change(frame(*rows), references=references, calibrator="control")
    return {(r["sample_id"], r["target"]): r for r in table.to_dicts()}


PLATE = (
    well("C1", "GAPDH", 18.0), well("C1", "GAPDH", 18.2), well("C1", "ACAN", 25.0), well("C1", "ACAN", 25.4),
    well("C2", "GAPDH", 18.5), well("C2", "GAPDH", 18.5), well("C2", "ACAN", 25.5), well("C2", "ACAN", 25.9),
    well("T1", "GAPDH", 18.1), well("T1", "GAPDH", 18.1), well("T1", "ACAN", 27.1), well("T1", "ACAN", 27.3),
)  # fmt: skip


def test_a_reference_that_runs_spell_differently_is_one_reference() -> None:
    again = [{**row, "object_id": "f2", "target": row["target"].title()} for row in PLATE]
    found, alone = computed(*PLATE, *again), computed(*PLATE)
    assert found["T1", "ACAN"]["delta_cq"] == pytest.approx(alone["T1", "ACAN"]["delta_cq"])
    assert found["T1", "Acan"]["delta_cq"] == pytest.approx(alone["T1", "ACAN"]["delta_cq"])


def test_fold_change_is_two_to_the_minus_difference_from_the_calibrators_mean_delta() -> None:
    found = computed(*PLATE)
    assert found["C1", "ACAN"]["delta_cq"] == pytest.approx(25.2 - 18.1)
    assert found["T1", "ACAN"]["delta_delta_cq"] == pytest.approx(9.1 - (7.1 + 7.2) / 2)
    assert found["T1", "ACAN"]["fold_change"] == pytest.approx(2 ** -(9.1 - 7.15))
    assert found["C1", "ACAN"]["technical_n"] == 2
    assert found["C1", "ACAN"]["technical_sd"] == pytest.approx(0.4 / math.sqrt(2))


def test_bioconductor_ddct_agrees_on_its_own_medians_with_two_reference_genes(shared: Path) -> None:
    path = shared / "data" / "qpcr" / "abi_sds21" / "expected" / "ddCt_Experiment1_allValues.csv"
    expected = list(csv.DictReader(path.read_text().splitlines(), delimiter="\t"))
    names = {"Sample1": "C", "Sample2": "T"}
    rows = [well(names[r["Var2"]], r["Var1"], float(r["Ct"])) for r in expected]
    found = computed(*rows, references=("Gene1", "Gene2"))
    for row in expected:
        mine = found[names[row["Var2"]], row["Var1"]]
        assert mine["delta_cq"] == pytest.approx(float(row["dCt"]), abs=1e-9)
        assert mine["delta_delta_cq"] == pytest.approx(float(row["ddCt"]), abs=1e-9)
        assert mine["fold_change"] == pytest.approx(float(row["exprs"]), rel=1e-9)


def test_auto_qpcr_agrees_on_the_relative_quantity_of_every_sample(shared: Path) -> None:
    folder = shared / "data" / "qpcr" / "auto_qpcr"
    lines = (folder / "RELATIVE_example.csv").read_text(encoding="utf-8-sig").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Well,"))
    rows = [
        well(r["Sample Name"], r["Target Name"], float(r["CT"]))
        for r in csv.DictReader(lines[start:])
        if r["Sample Name"] and r["CT"] not in ("", "Undetermined")
    ]
    found = computed(*rows, references=("ACTB", "GAPDH"))
    relative: dict[tuple[str, str], list[float]] = defaultdict(list)
    kept = list(csv.DictReader((folder / "expected" / "Relative_deltaCT_clean_data.csv").read_text().splitlines()))
    for row in (r for r in kept if r["rq"]):
        relative[row["Sample Name"], row["Target Name"]].append(-math.log2(float(row["rq"])))
    compared = 0
    for key, values in relative.items():
        if len(values) == found[key]["technical_n"]:  # it drops outlying wells, which is not ours to do
            assert found[key]["delta_cq"] == pytest.approx(sum(values) / len(values), abs=1e-6)
            compared += 1
    assert compared > len(relative) / 2


def test_wells_without_amplification_never_become_forty() -> None:
    found = computed(*PLATE, well("C1", "ACAN", None), well("T1", "SOX9", None), well("C1", "SOX9", 30.0))
    assert found["C1", "ACAN"]["mean_cq"] == pytest.approx(25.2)
    assert found["C1", "ACAN"]["undetermined_count"] == 1
    lost = found["T1", "SOX9"]
    assert (lost["delta_cq"], lost["fold_change"], lost["na_reason"]) == (None, None, "undetermined")


def test_a_missing_reference_a_missing_cq_of_it_and_a_missing_calibrator_have_their_reasons() -> None:
    found = computed(*PLATE, well("T2", "ACAN", 27.0))
    assert found["T2", "ACAN"]["na_reason"] == "no_reference_target"
    found = computed(*PLATE, well("T2", "ACAN", 27.0), well("T2", "GAPDH", None))
    assert found["T2", "ACAN"]["na_reason"] == "reference_undetermined"
    found = computed(*PLATE, well("T1", "SOX9", 27.0))
    sox9 = found["T1", "SOX9"]
    assert (sox9["delta_cq"], sox9["fold_change"]) == (pytest.approx(8.9), None)
    assert sox9["na_reason"] == "no_calibrator"


def test_one_of_two_references_missing_is_refused_instead_of_shifting_the_sample() -> None:
    rows = [well(s, t, cq) for s in ("C1", "T1") for t, cq in (("GAPDH", 18.0), ("ACTB", 16.0), ("ACAN", 25.0))]
    found = computed(
        *(r for r in rows if (r["sample_id"], r["target"]) != ("T1", "ACTB")), references=("gapdh", "actb")
    )
    assert found["T1", "ACAN"]["na_reason"] == "no_reference_target"
    assert found["C1", "ACAN"]["delta_cq"] == pytest.approx(8.0)


def test_a_reference_on_another_plate_is_refused_without_and_used_with_inter_run_calibrators() -> None:
    split = [
        well("C1", "GAPDH", 18.0), well("C1", "ACAN", 25.0),
        well("T1", "GAPDH", 18.0), well("T1", "ACAN", 26.5, object_id="f2"),
    ]  # fmt: skip
    assert computed(*split)["T1", "ACAN"]["na_reason"] == "reference_on_other_plate"
    irc = [
        well(None, t, cq + late, task="irc", object_id=o)
        for t, cq in (("GAPDH", 20.0), ("ACAN", 24.0))
        for o, late in (("f1", 0.0), ("f2", 0.5))
    ]
    found = computed(*split, *irc)
    assert found["T1", "ACAN"]["delta_cq"] == pytest.approx((26.5 - 0.25) - (18.0 + 0.25))


def test_an_inter_run_calibrator_removes_a_shift_of_one_target_between_runs() -> None:
    rows = []
    for run, late in (("f1", 0.0), ("f2", 0.8)):
        for sample in ("C1", "T1"):
            rows += [well(sample, "GAPDH", 18.0, object_id=run), well(sample, "ACAN", 25.0 + late, object_id=run)]
        rows += [
            well(None, "GAPDH", 18, task="irc", object_id=run),
            well(None, "ACAN", 22 + late, task="irc", object_id=run),
        ]
    only_first = [r for r in rows if not (r["sample_id"] == "T1" and r["object_id"] == "f1")]
    assert computed(*only_first)["T1", "ACAN"]["delta_delta_cq"] == pytest.approx(0.0)


def test_files_are_combined_weighted_by_wells() -> None:
    second = [well("T1", "GAPDH", 19.0, object_id="f2"), well("T1", "ACAN", 29.0, object_id="f2")]
    assert computed(*PLATE, *second)["T1", "ACAN"]["delta_cq"] == pytest.approx((2 * 9.1 + 1 * 10.0) / 3)


def test_excluded_wells_are_dropped_and_a_wholly_excluded_row_is_kept_and_marked() -> None:
    found = computed(*PLATE, well("T1", "ACAN", 39.0, is_excluded=True), well("T1", "ACAN", 12.0, flag="omitted"))
    assert found["T1", "ACAN"]["delta_cq"] == pytest.approx(9.1)
    assert not found["T1", "ACAN"]["is_excluded"]
    rows = [r | {"is_excluded": r["sample_id"] == "C2"} for r in PLATE]
    found = computed(*rows)
    assert found["C2", "ACAN"]["is_excluded"]
    assert found["C2", "ACAN"]["delta_cq"] == pytest.approx(7.2)
    assert found["T1", "ACAN"]["delta_delta_cq"] == pytest.approx(9.1 - 7.1)  # C2 is no calibrator any more


@given(st.permutations(PLATE), st.floats(-3, 3))
@settings(deadline=None, max_examples=30)
def test_well_order_and_a_shift_of_a_whole_run_change_nothing(rows: list[Row], shift: float) -> None:
    moved = computed(*(r | {"cq": r["cq"] + shift} for r in rows))
    for key, row in computed(*PLATE).items():
        assert moved[key]["fold_change"] == pytest.approx(row["fold_change"], rel=1e-9)


def test_a_plate_named_in_several_files_is_one_run() -> None:
    split = [row | {"object_id": f"file of {row['target']}", "plate_is_explicit": True} for row in PLATE]
    found, alone = computed(*split), computed(*PLATE)
    assert found["T1", "ACAN"]["delta_delta_cq"] == pytest.approx(alone["T1", "ACAN"]["delta_delta_cq"])
    apart = computed(*(row | {"plate": row["target"]} for row in split))
    assert apart["T1", "ACAN"]["na_reason"] == "reference_on_other_plate"


def test_plates_of_one_file_are_corrected_each_by_their_own_calibrators() -> None:
    late = [
        row | {"plate": "q", "cq": (row["cq"] or 0) + (1.0 if row["target"] == "ACAN" else 0.0)} for row in PLATE[8:]
    ]
    irc = [
        well(None, target, cq + (1.0 if plate == "q" and target == "ACAN" else 0.0), task="irc", plate=plate)
        for target, cq in (("GAPDH", 18), ("ACAN", 24))
        for plate in "pq"
    ]
    found, alone = computed(*PLATE[:8], *late, *irc), computed(*PLATE)
    assert found["T1", "ACAN"]["delta_delta_cq"] == pytest.approx(alone["T1", "ACAN"]["delta_delta_cq"])
    uncorrected = computed(*PLATE[:8], *late)
    assert uncorrected["T1", "ACAN"]["delta_delta_cq"] == pytest.approx(alone["T1", "ACAN"]["delta_delta_cq"] + 1)


def efficiency(**factors: float) -> pl.DataFrame:
    return pl.DataFrame({"gene": list(factors), "amplification_factor": list(factors.values())})


def pfaffl(*rows: Row, references: tuple[str, ...] = ("GAPDH",), **factors: float) -> dict[tuple[str, str], Row]:
    table = fold_change(frame(*rows), references=references, calibrator="control", efficiencies=efficiency(**factors))
    return {(r["sample_id"], r["target"]): r for r in table.to_dicts()}


def test_pfaffls_ratio_by_his_own_formula() -> None:
    """R = E_target^(ΔCP target) / E_ref^(ΔCP ref), ΔCP = control - sample: his equation 1."""
    found = pfaffl(*PLATE, gapdh=1.95, acan=1.87)
    acan = ((25.0 + 25.4) / 2 + (25.5 + 25.9) / 2) / 2 - (27.1 + 27.3) / 2
    gapdh = ((18.0 + 18.2) / 2 + 18.5) / 2 - 18.1
    assert found["T1", "ACAN"]["fold_change"] == pytest.approx(1.87**acan / 1.95**gapdh)
    assert found["T1", "ACAN"]["amplification_factor"] == 1.87
    assert found["T1", "ACAN"]["mean_cq"] == pytest.approx(27.2)  # as measured


def test_several_references_count_by_the_geometric_mean_of_their_corrected_quantities() -> None:
    more = [row | {"target": "B2M", "cq": (row["cq"] or 0) * 0.9 + 3} for row in PLATE if row["target"] == "GAPDH"]
    found = pfaffl(*PLATE, *more, references=("GAPDH", "B2M"), gapdh=1.95, acan=1.87, b2m=2.05)
    b2m = ((18.1 + 18.5) / 2 - 18.1) * 0.9
    gapdh = (18.1 + 18.5) / 2 - 18.1
    acan = (25.2 + 25.7) / 2 - 27.2
    assert found["T1", "ACAN"]["fold_change"] == pytest.approx(1.87**acan / math.sqrt(1.95**gapdh * 2.05**b2m))


def test_an_efficiency_of_two_is_the_method_of_doubling() -> None:
    same, plain = pfaffl(*PLATE, gapdh=2.0, acan=2.0), computed(*PLATE)
    assert {k: v["fold_change"] for k, v in same.items()} == pytest.approx(
        {k: v["fold_change"] for k, v in plain.items()}
    )


def test_a_target_or_reference_without_efficiency_is_null_never_two() -> None:
    without_target = pfaffl(*PLATE, gapdh=1.95)
    assert (without_target["T1", "ACAN"]["fold_change"], without_target["T1", "ACAN"]["na_reason"]) == (
        None,
        "no_efficiency",
    )
    assert without_target["T1", "ACAN"]["mean_cq"] == pytest.approx(27.2)
    without_reference = pfaffl(*PLATE, acan=1.9)
    assert without_reference["T1", "ACAN"]["na_reason"] == "no_efficiency"


@given(st.floats(1.5, 2.1), st.floats(1.5, 2.1), st.floats(-3, 3))
def test_more_rna_in_a_sample_changes_no_corrected_ratio(target: float, reference: float, log2_amount: float) -> None:
    """A sample diluted by some factor has all its Cq later by log_E of it, and the same expression."""
    moved = [
        row | {"cq": (row["cq"] or 0) - log2_amount / math.log2(target if row["target"] == "ACAN" else reference)}
        if row["sample_id"] == "T1"
        else row
        for row in PLATE
    ]
    here, there = (pfaffl(*rows, gapdh=reference, acan=target)["T1", "ACAN"]["fold_change"] for rows in (PLATE, moved))
    assert here == pytest.approx(there)


def test_references_on_two_plates_need_inter_run_calibrators_and_the_reason_says_so() -> None:
    apart = [
        *(well(s, "GAPDH", 20.0) for s in ("C1", "T1")), well("C1", "ACAN", 25.0), well("T1", "ACAN", 26.0),
        *(well(s, "ACTB", 18.0, object_id="f2", plate="q") for s in ("C1", "T1")),
    ]  # fmt: skip
    found = computed(*apart, references=("GAPDH", "ACTB"))
    assert found["T1", "ACAN"]["na_reason"] == "reference_on_other_plate"
    lacking = [w for w in apart if (w["sample_id"], w["target"]) != ("T1", "ACTB")]
    assert computed(*lacking, references=("GAPDH", "ACTB"))["T1", "ACAN"]["na_reason"] == "no_reference_target"
    irc = [
        *(well(None, t, cq, task="irc") for t, cq in (("GAPDH", 20.0), ("ACAN", 22.0), ("ACTB", 19.0))),
        *(well(None, t, cq, task="irc", object_id="f2", plate="q") for t, cq in (("GAPDH", 21.0), ("ACTB", 21.0))),
    ]
    joined = computed(*apart, *irc, references=("GAPDH", "ACTB"))
    # f1 runs 0.5 early for GAPDH, ACTB 1 late on f2: references are 20.5 and 17
    assert joined["T1", "ACAN"]["delta_cq"] == pytest.approx(26.0 - (20.5 + 17.0) / 2)
    assert joined["T1", "ACAN"]["fold_change"] == pytest.approx(0.5)
