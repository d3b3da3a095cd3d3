from __future__ import annotations

import polars as pl

from tasks.methods.group_pictures import OMNIBUS, PAIRS, SUMMARIES, family_parts
from tasks.methods.group_test_words import n_words, omnibus_words, pair_words
from tests.tasks.figures.bench_frames import measurements, results_of, study

MEANS = {"control": 3.0, "il1b": 1.0, "exo": 2.0}


def test_words_say_test_correction_and_family() -> None:
    frames = results_of(study(), measurements(MEANS, spread=0.05))
    pairs, tests = frames[PAIRS].filter(role="primary"), frames[OMNIBUS].filter(role="primary")
    assert pair_words(pairs) == (
        "Pairs: t-tests with the ANOVA's pooled variance, blocks held constant, two-sided, Bonferroni over 3 pairs "
        "of a quantity at a time."
    )
    assert omnibus_words(tests, [("expression", "ACAN")]) == "randomised-block ANOVA: p < 0.001"
    assert omnibus_words(tests, [("expression", "ACAN"), ("x", "")]).endswith(": ACAN p < 0.001")
    assert pair_words(pairs.head(0)) == "No pair was tested."


def test_pairs_that_could_not_be_tested_are_counted_with_their_reason() -> None:
    rows = measurements(MEANS).with_columns(
        value=pl.when(pl.col("condition") == "exo").then(None).otherwise("value"),
        na_reason=pl.when(pl.col("condition") == "exo").then(pl.lit("no_cq")),
    )
    frames = results_of(study(), rows)
    lost = frames[PAIRS].filter(role="primary", group_b="exo")
    assert lost["padj"].null_count() == 2
    words = pair_words(frames[PAIRS].filter(role="primary"))
    assert "2 of 3 pairs could not be tested" in words
    assert str(lost["na_reason"][0]).replace("_", " ") in words


def test_n_is_said_once_or_by_group() -> None:
    frames = results_of(study(), measurements(MEANS))
    (part,) = family_parts(study(), frames, with_times=False)
    assert n_words(frames[SUMMARIES], part.parameters) == "n = 3 donors in each group"
    fewer = frames[SUMMARIES].with_columns(n=pl.when(pl.col("condition") == "exo").then(2).otherwise("n"))
    assert n_words(fewer, part.parameters) == "n (donors): Control 3, IL-1β 3, IL-1β + exosomes 2"
