from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.bench_sentences import (
    Setting,
    detectable,
    found_sentence,
    is_significant,
    nothing_sentence,
    rescue_sentences,
    short_sentence,
    untested_sentence,
)
from tasks.methods.detectable_effects import detectable_difference

SETTING = Setting(
    labels={"control": "Control", "il1b": "IL-1β", "exo": "Exosomes"},
    unit="OD",
    n_unit="donor",
    omnibus="randomised_block_anova",
    alpha=0.05,
)
PAIR: dict[str, Any] = {
    "measure": "viability",
    "target": "",
    "time_h": 72.0,
    "group_a": "il1b",
    "group_b": "exo",
    "n_a": 3,
    "n_b": 3,
    "method": "block_pooled_t",
    "scale": "raw",
    "mean_difference": 0.31,
    "ci_low": 0.2,
    "ci_high": 0.42,
    "statistic": 8.0,
    "df": 4.0,
    "padj": 0.0004,
    "correction": "bonferroni",
    "family_size": 3,
    "na_reason": None,
}


def test_a_difference_is_told_with_its_evidence() -> None:
    assert found_sentence(PAIR, SETTING) == (
        "Exosomes raised viability at 72 h by 0.310 OD against IL-1β (95 % CI 0.200 to 0.420; p < 0.001; "
        "n = 3 donors, randomised-block ANOVA, Bonferroni)."
    )


def test_a_loss_is_told_by_its_size() -> None:
    lower = PAIR | {"mean_difference": -0.31, "ci_low": -0.42, "ci_high": -0.2, "n_b": 2}
    text = found_sentence(lower, SETTING)
    assert text.startswith("Exosomes lowered viability at 72 h by 0.310 OD against IL-1β (95 % CI 0.200 to 0.420;")
    assert "n = 2 against 3 donors" in text


def test_a_difference_on_the_log_scale_is_a_ratio() -> None:
    row = PAIR | {"measure": "expression", "target": "ACAN", "time_h": None, "scale": "log2"}
    row |= {"mean_difference": 1.0, "ci_low": 0.5, "ci_high": 1.5}
    assert found_sentence(row, SETTING).startswith(
        "Exosomes raised ACAN mRNA to 2 times that of IL-1β (95 % CI 1.41 to 2.83;"
    )


def test_one_pair_alone_is_not_corrected() -> None:
    row = PAIR | {"correction": "none", "family_size": 1}
    assert "Bonferroni" not in found_sentence(row, SETTING)


def test_nothing_found_says_at_which_n_and_how_large_it_must_have_been() -> None:
    row = PAIR | {"mean_difference": 0.02, "statistic": 0.5, "padj": 1.0}
    text = nothing_sentence([row], SETTING)
    limit = detectable_difference(0.04, 4, alpha=0.05, family_size=3)
    assert limit is not None
    assert detectable(row, 0.05) == pytest.approx(limit)
    assert text == (
        "No difference in viability at 72 h was found at n = 3 donors between Exosomes and IL-1β "
        f"(difference 0.0200 OD, p > 0.999). Only a difference of {limit:.3f} OD or more would have been found "
        "with 80 % power; smaller ones may exist."
    )


def test_of_a_test_by_ranks_no_detectable_difference_is_claimed() -> None:
    row = PAIR | {"method": "mann_whitney", "padj": 0.4}
    assert detectable(row, 0.05) is None
    assert "cannot be said" in nothing_sentence([row], SETTING)


@pytest.mark.parametrize("correction", ["holm", "tukey", "dunnett"])
def test_where_a_pair_s_level_hangs_on_the_others_none_is_claimed_either(correction: str) -> None:
    assert detectable(PAIR | {"correction": correction}, 0.05) is None


def test_a_test_that_cannot_reach_alpha_says_so() -> None:
    row = PAIR | {"method": "mann_whitney", "padj": 0.1, "mean_difference": None, "cannot_reach_alpha": True}
    text = nothing_sentence([row], SETTING)
    assert text.endswith("between Exosomes and IL-1β. At this n no data at all could have given p < 0.05 by this test.")


def test_a_test_without_a_size_says_that_groups_differ() -> None:
    row = PAIR | {"method": "dunn", "mean_difference": None, "ci_low": None, "ci_high": None}
    assert found_sentence(row, SETTING).startswith(
        "Exosomes differed from IL-1β in viability at 72 h (p < 0.001; n = 3"
    )
    assert short_sentence([row], SETTING) == "changed by Exosomes against IL-1β."


def test_no_scatter_and_no_difference_claim_nothing() -> None:
    row = PAIR | {"mean_difference": 0.0, "statistic": None, "padj": None, "na_reason": "zero_variance"}
    assert detectable(row, 0.05) is None
    assert untested_sentence([row], SETTING.labels) == "Not tested (zero variance): Exosomes against IL-1β."
    assert nothing_sentence([], SETTING) == ""
    assert untested_sentence([], SETTING.labels) == ""


def test_in_short_every_pair_is_told_once() -> None:
    rows = [
        PAIR | {"group_a": "control", "group_b": "il1b", "mean_difference": -0.5},
        PAIR,
        PAIR | {"group_b": "usc", "padj": 0.4},
        PAIR | {"group_b": "gw", "padj": None},
    ]
    assert short_sentence(rows, SETTING) == (
        "lowered by IL-1β against Control; raised by Exosomes against IL-1β; no difference was found between IL-1β and "
        "usc at this n; gw could not be compared with IL-1β."
    )


def test_rescue_is_a_share_of_what_the_disease_changed() -> None:
    row: dict[str, Any] = {"treatment": "exo", "disease": "il1b", "control": "control", "na_reason": None}
    row |= {"rescue": 0.675, "ci_low": 0.522, "ci_high": 0.84}
    nothing = row | {"rescue": None, "ci_low": None, "ci_high": None, "na_reason": "no_disease_effect"}
    assert rescue_sentences([row, nothing, nothing], SETTING) == [
        (
            "Exosomes undid 67.5 % of what IL-1β changed against Control "
            "(95 % CI 52.2 % to 84 %, not corrected for the number of pairs)."
        ),
        "No rescue is given: the CI of the disease's own effect includes 0, so that there is nothing to undo.",
    ]
    assert rescue_sentences([], SETTING) == []


@given(
    st.floats(-5, 5).filter(lambda x: abs(x) > 1e-3),
    st.floats(0, 1),
    st.floats(0.05, 3),
    st.sampled_from(["raw", "log2", "logit"]),
)
def test_whatever_the_numbers_no_effect_is_never_claimed(
    difference: float, padj: float, error: float, scale: str
) -> None:
    row = PAIR | {"mean_difference": difference, "statistic": difference / error, "padj": padj, "scale": scale}
    row |= {"ci_low": difference - 4 * error, "ci_high": difference + 4 * error}
    significant = is_significant(row, 0.05)
    text = found_sentence(row, SETTING) if significant else nothing_sentence([row], SETTING)
    assert "no effect" not in text.lower()
    assert ("raised" in text or "lowered" in text) == significant
    assert ("80 % power" in text) != significant
    if significant:
        assert ("raised" in text) == (difference > 0)
