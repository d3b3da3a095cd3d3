from __future__ import annotations

import polars as pl
import pytest

from schemas.study import Study
from tasks.methods.contrast_figures import (
    FACTORS,
    TESTS,
    contrast_parts,
    edge,
    lfc_label,
    replicates,
    statistics,
    versus,
)

CONTRASTS = (
    {"id": "age", "variable": "age", "reference": "young", "target": "old", "blocking": ()},
    {"id": "dex", "variable": "condition", "reference": "untrt", "target": "trt", "blocking": ("donor", "batch")},
)
SAMPLES = [
    {"sample": f"s{i}", "condition": "trt" if i % 2 else "untrt", "donor": f"d{i // 2}", "replicate": "1"}
    | {"attributes": {"age": "old" if i < 4 else "young"}}
    for i in range(10)
]


def study(**expression: object) -> Study:
    conditions = [{"id": "untrt", "label": "Untreated"}, {"id": "trt", "label": "Dexamethasone $1"}]
    config = {"study_id": "s", "conditions": conditions, "expression": expression}
    return Study.model_validate({"config": config, "samples": SAMPLES, "contrasts": CONTRASTS})


def slices(*rows: tuple[str, str, str], samples: int = 10) -> dict[str, pl.DataFrame]:
    tests = pl.DataFrame(rows, schema=["contrast_id", "library", "method"], orient="row")
    named = tests.select("library", "method", run_id=pl.concat_str("contrast_id", "library", "method"))
    ids = pl.DataFrame({"sample_id": [f"s{i}" for i in range(samples)]})
    return {TESTS: tests.with_columns(run_id=named["run_id"]), FACTORS: named.join(ids, how="cross")}


def test_one_part_per_contrast_and_library_of_the_primary_method() -> None:
    found = slices(("dex", "mirna", "deseq2"), ("dex", "gene", "deseq2"), ("dex", "gene", "limma_voom"))
    parts = contrast_parts(study(), found)
    assert [p.key for p in parts] == ["dex, gene, deseq2", "dex, mirna, deseq2"]
    assert parts[0].where == {TESTS: {"contrast_id": ("dex",), "library": ("gene",), "method": ("deseq2",)}}
    (part,) = contrast_parts(study(primary="limma_voom"), found)
    assert part.key == "dex, gene, limma_voom"


def test_a_contrast_that_the_study_names_no_more_has_no_part() -> None:
    assert contrast_parts(study(), slices(("gone", "gene", "deseq2"))) == []


def test_n_counts_the_samples_of_the_fit_by_the_contrasts_own_column() -> None:
    parts = contrast_parts(study(), slices(("age", "gene", "deseq2"), ("dex", "gene", "deseq2"), samples=7))
    age, dex = (p.parameters for p in parts)
    assert replicates(age) == "n = 4 and 3 cultures"
    assert replicates(dex) == "n = 3 and 4 cultures, blocked by donor and batch"


def test_people_read_the_labels_of_conditions_and_the_levels_of_other_columns() -> None:
    parts = contrast_parts(study(), slices(("age", "gene", "deseq2"), ("dex", "gene", "deseq2")))
    age, dex = (p.parameters for p in parts)
    assert versus(age) == "old against young"
    assert lfc_label(dex) == "log₂ fold change\nDexamethasone $1 / Untreated"


@pytest.mark.parametrize(
    ("threshold", "said"), [("filter", "fold change above 1.5"), ("test", "tested against a fold change of 1.5")]
)
def test_the_caption_says_whether_the_fold_change_was_tested(threshold: str, said: str) -> None:
    about = study(threshold=threshold, fold_change=1.5, fdr=0.1)
    (part,) = contrast_parts(about, slices(("dex", "gene", "deseq2")))
    text = statistics(part.parameters)
    assert said in text
    assert "DESeq2" in text
    assert "FDR < 0.1" in text


def test_a_picture_ends_at_the_largest_fold_change_unless_it_is_far_from_all_others() -> None:
    usual = [i / 500 - 2 for i in range(2000)]
    assert edge(pl.Series([*usual, 3.0])) == 3.0
    assert edge(pl.Series([*usual, -30.0])) == pytest.approx(2.5 * 2, abs=0.05)
    assert edge(pl.Series([0.01])) == 1.0
