from __future__ import annotations

import polars as pl

from schemas.study import Study
from tasks.methods.term_figures import TERMS, against, families, list_words, representatives
from tests.tasks.figures.term_rows import term_rows

CONFIG = {
    "study_id": "s",
    "conditions": [{"id": "a", "label": "Control"}, {"id": "b"}],
    "enrichment": {"lists": {"death": {"genes": "d.txt", "background": "tested"}}, "pvalue": 0.01},
}
CONTRAST = {"id": "b_a", "variable": "condition", "reference": "a", "target": "b", "blocking": ()}
STUDY = Study.model_validate({"config": CONFIG, "samples": (), "contrasts": (CONTRAST,)})


def test_lists_have_words() -> None:
    assert list_words(STUDY, "up") == "genes that are higher"
    assert list_words(STUDY, "death") == "all genes of the list death, changed or not"
    assert list_words(STUDY, "death_changed") == "changed genes of the list death"


def test_families_are_those_of_contrasts_that_the_study_has_and_of_methods_that_test_lists() -> None:
    rows = [term_rows(["A"], contrast=contrast) for contrast in ("b_a", None, "gone")]
    ranked = term_rows(["A"], contrast="b_a").with_columns(method=pl.lit("gsea"))
    found = list(families(STUDY, {TERMS: pl.concat([*rows, ranked])}))
    assert [(f["contrast_id"], f["method"], f["versus"], f["alpha"]) for f in found] == [
        (None, "ora", "", 0.01),
        ("b_a", "ora", "b against Control", 0.01),
    ]


def test_a_list_as_it_was_written_is_no_effect_of_a_contrast() -> None:
    rows = [term_rows(["A"], contrast="b_a", gene_list=name) for name in ("death", "death_changed")]
    assert [(f["versus"], f["words"]) for f in families(STUDY, {TERMS: pl.concat(rows)})] == [
        ("", "all genes of the list death, changed or not, tested in b against Control"),
        ("b against Control", "changed genes of the list death"),
    ]


def test_representatives_count_the_terms_below_the_threshold_that_they_stand_for() -> None:
    terms = term_rows(["A;B", "A;B", "A;B", "C"], pvalues=[0.001, 0.002, 0.02, 0.03])
    assert representatives(terms, 0.05).select("term", "terms").rows() == [("term 0", 3), ("term 3", 1)]
    assert representatives(terms, 0.01).select("term", "terms").rows() == [("term 0", 2)]


def test_the_background_is_named() -> None:
    terms = term_rows(["A"])
    assert against(terms) == "Background: all genes that could be in it (9,000 genes)."
    own = terms.with_columns(background=pl.lit("reference/b.txt"))
    assert against(own) == "Background: genes of reference/b.txt (9,000 genes)."
