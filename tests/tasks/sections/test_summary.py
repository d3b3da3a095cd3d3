from __future__ import annotations

import polars as pl
import pytest

from schemas.bench_options import Expectation
from tests.report_study import CONFIG, chapters, frames, table, words

EXO = "IL-1β + exosomes"


def test_an_effect_is_told_with_its_size_and_evidence() -> None:
    text = words(chapters(frames(effect=0.8))["summary"])
    assert f"Viability at 72 h: lowered by IL-1β against Control; raised by {EXO} against IL-1β." in text
    assert f"{EXO} raised viability at 72 h by 0.2" in text
    assert "n = 3 donors, randomised-block ANOVA, Bonferroni)." in text
    assert f"{EXO} raised ACAN mRNA to " in text
    assert "IL-1β lowered viability at 72 h by " in text


@pytest.mark.parametrize("seed", range(3, 7))
def test_where_nothing_is_nothing_is_found_and_no_absence_claimed(seed: int) -> None:
    text = words(chapters(frames(effect=0.0, seed=seed))["summary"])
    assert "raised" not in text
    assert "lowered" not in text
    assert "no effect" not in text.lower()
    assert "No difference in viability at 72 h was found at n = 3 donors between IL-1β and Control" in text
    assert "OD or more would have been found with 80 % power; smaller ones may exist." in text
    assert "-fold or more (either way) would have been found" in text


def test_rescue_stands_with_its_quantity_and_time() -> None:
    row = {
        "comparison_id": "all",
        "experiment": "main",
        "assay": "cell_viability",
        "measure": "viability",
        "target": "",
    }
    row |= {"scale": "raw", "control": "control", "disease": "il1b", "treatment": "exo"}
    rows = [row | {"time_h": 72.0, "rescue": 0.6}, row | {"time_h": 24.0, "rescue": 0.1}]
    text = words(chapters(frames(effect=0.8, result__rescue=table("result.rescue", rows)))["summary"])
    assert f"{EXO} undid 60 % of what IL-1β changed against Control." in text
    assert "undid 10 %" not in text


def test_only_the_confirmatory_time_is_told() -> None:
    text = words(chapters(frames())["summary"])
    assert "at 72 h" in text
    assert "at 24 h" not in text


def test_amount_and_quality_of_rna_are_no_outcome() -> None:
    given = frames()
    rna = pl.lit("nucleic_acid_qc")
    for name in ("result.pairwise_tests", "result.group_tests", "result.measurements"):
        given[name] = given[name].with_columns(assay=rna)
    assert "No result yet" in words(chapters(given)["summary"])


def test_the_whole_stands_for_its_shares() -> None:
    given = frames()
    for name in ("result.pairwise_tests", "result.group_tests", "result.measurements", "result.group_summaries"):
        rows = given[name].filter(assay="qpcr").with_columns(assay=pl.lit("flow_cytometry"), target=pl.lit(""))
        shares = [rows.with_columns(measure=pl.lit(m)) for m in ("percent_apoptotic", "percent_live")]
        given[name] = pl.concat([given[name], *shares])
    text = words(chapters(given)["summary"])
    assert "Apoptotic cells:" in text
    assert "Living cells" not in text


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("met", "as expected"), ("contradicted", "the other way: labels swapped?"), ("not_measured", "not measured")],
)
def test_expectations_are_met_or_contradicted_in_words(verdict: str, said: str) -> None:
    row: dict[str, object] = {
        "target": "ACAN",
        "condition": "il1b",
        "against": "control",
        "direction": "down",
        "assay": "qpcr",
    }
    row |= {"verdict": verdict, "pvalue": 0.01, "unit_count": 3, "contradicting_donors": "NP2"}
    expected = Expectation(target="ACAN", condition="il1b", against="control", direction="down")
    config = CONFIG.model_copy(update={"expectations": [expected]})
    given = frames(result__expectation_checks=table("result.expectation_checks", [row]))
    text = words(chapters(given, config)["summary"])
    assert f"Expected ACAN lower in IL-1β than in Control by qPCR: {said}" in text
    assert "(p = 0.010, Welch's t-test, not corrected). Donors clearly the other way: NP2." in text
    paired = table("result.expectation_checks", [row | {"is_paired": True}])
    text = words(chapters(frames(result__expectation_checks=paired), config)["summary"])
    assert "(p = 0.010, paired t-test, not corrected)." in text


def test_what_is_left_out_is_counted_and_what_hangs_on_it_said() -> None:
    one = {"file_name": "landing/cck8.txt", "well": "A01", "reason": "bubble"}
    given = frames(core__exclusions=table("core.exclusions", [one, one | {"file_name": "landing/not_loaded.txt"}]))
    pairs = given["result.pairwise_tests"]
    late = pairs.filter((pl.col("role") == "primary") & (pl.col("time_h") == 72))
    again = {"role": pl.lit("including_excluded"), "padj": pl.lit(0.4)}
    given["result.pairwise_tests"] = pl.concat([pairs, late.with_columns(**again)])
    text = words(chapters(given)["summary"])
    assert (
        "exclusions.csv leaves out 1 well of what was loaded, each with its reason. It would change 1 family of tests"
        in text
    )
    crossing = late.filter(pl.col("padj") < 0.05).height
    assert f"put back {crossing} pair" in text
    assert crossing > 0
    assert "exclusions.csv" not in words(chapters(frames())["summary"])


def test_quarantine_and_messages_are_counted_first() -> None:
    held = table("core.raw_objects", [{"file_name": "a.xlsx", "status": "quarantined"}])
    problems = table("ops.validation_results", [{"rule": "low_rin"}, {"rule": "low_rin"}])
    given = frames(core__raw_objects=held, ops__validation_results=problems)
    text = words(chapters(given)["summary"])
    assert "1 file is in quarantine and 2 messages to look at: warnings" in text
    assert "Every file was read" in words(chapters(frames())["summary"])
