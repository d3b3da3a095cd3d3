from __future__ import annotations

import polars as pl

from tasks.methods.expression_sentences import (
    class_counts,
    contrast_names,
    contrast_sentences,
    leading,
    nothing_found,
    thresholds,
)
from tests.report_study import CONFIG, table

DE = "result.differential_expression"
CONTRASTS = table("core.contrasts", [{"contrast_id": "c", "reference": "il1b", "target": "exo"}])
POWER = table("result.expression_power")


def features(*directions: str, rna_class: str = "mrna") -> pl.DataFrame:
    rows = [
        {"contrast_id": "c", "library": "gene", "rna_class": rna_class, "method": "deseq2", "direction": d}
        | {"feature_id": f"{rna_class}{i}", "symbol": None if i else "FOS", "padj": 0.01 / (i + 1)}
        for i, d in enumerate(directions)
    ]
    return table(DE, rows)


def test_classes_come_in_the_order_of_a_paper() -> None:
    tests = pl.concat([features("up", rna_class="other"), features("up", "ns"), features("down", rna_class="circrna")])
    assert class_counts(tests).select("rna_class", "up", "down", "tested", "measured").rows() == [
        ("mrna", 1, 0, 2, 2),
        ("circrna", 0, 1, 1, 1),
        ("other", 1, 0, 1, 1),
    ]


def test_features_are_named_by_symbol_else_id_the_most_significant_first() -> None:
    assert leading(features("up", "down", "up")) == ["mrna2", "mrna1", "FOS"]


def test_what_was_not_tested_is_not_told() -> None:
    untested = features("ns", "ns").with_columns(padj=pl.lit(None, pl.Float64))
    assert contrast_sentences(CONFIG, untested, POWER, CONTRASTS) == []
    assert contrast_sentences(CONFIG, untested.clear(), POWER, CONTRASTS) == []


def test_only_the_primary_method_speaks() -> None:
    other = features("up").with_columns(method=pl.lit("limma_voom"))
    ((_, text),) = contrast_sentences(CONFIG, pl.concat([features("ns"), other]), POWER, CONTRASTS)
    assert text == (
        "No changed genes were found at this n (fold change > 2, FDR < 0.05); smaller or rarer changes may exist."
    )


def test_power_says_what_could_have_been_found() -> None:
    row = {"reference_count": 3, "target_count": 4, "detectable_fold_change": None}
    assert nothing_found("mirna", row, CONFIG).endswith("smaller or rarer changes may exist.")
    assert "with 3 against 4 samples, 80 % power needs a 5-fold change" in nothing_found(
        "mirna", row | {"detectable_fold_change": 5.0}, CONFIG
    )


def test_names_are_labels_and_thresholds_the_study_s() -> None:
    assert contrast_names(CONFIG, CONTRASTS) == {"c": "IL-1β + exosomes against IL-1β"}
    plain = CONFIG.expression.model_copy(update={"fold_change": 1.0, "fdr": 0.1})
    assert thresholds(CONFIG.model_copy(update={"expression": plain})) == "FDR < 0.1"
