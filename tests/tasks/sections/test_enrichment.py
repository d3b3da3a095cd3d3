from __future__ import annotations

from typing import Any

import polars as pl

from tests.report_study import chapters, column, frames, grids, table, words

TERM = {"contrast_id": "c", "gene_list": "de_up", "collection": "GO_BP", "method": "ora", "list_size": 120}


def given(*rows: dict[str, Any]) -> dict[str, pl.DataFrame]:
    contrasts = table("core.contrasts", [{"contrast_id": "c", "reference": "il1b", "target": "exo"}])
    return frames(result__enrichment=table("result.enrichment", rows), core__contrasts=contrasts)


def test_nominal_terms_are_listed_with_their_fdr() -> None:
    rows = [
        TERM | {"term_id": f"GO:{i}", "term": f"t{i}", "pvalue": p, "padj": 4 * p} for i, p in enumerate((0.04, 0.001))
    ]
    chapter = chapters(given(*rows, TERM | {"term_id": "GO:9", "pvalue": 0.5, "padj": 0.9}))["enrichment"]
    assert column(grids(chapter)["terms-c-de_up-GO_BP-ora"], "term") == ["t1", "t0"]
    text = words(chapter)
    assert "IL-1β + exosomes against IL-1β: de up" in text
    assert "GO_BP, ORA: 2 terms at nominal p < 0.05, 1 at FDR < 0.05." in text


def test_nothing_found_says_in_how_long_a_list() -> None:
    found = chapters(given(TERM | {"term_id": "GO:1", "pvalue": 0.5, "padj": 0.9}))["enrichment"]
    assert "none of 1 term was found at p < 0.05 in this list of 120 genes." in words(found)
    assert grids(found) == {}


def test_without_terms_there_is_no_section() -> None:
    assert "enrichment" not in chapters(frames())


def test_lists_of_each_tier_of_evidence_have_a_heading_that_says_so() -> None:
    rows = [
        TERM | {"gene_list": "hubs", "tier": t, "term_id": "GO:1", "pvalue": 0.5} for t in ("validated", "predicted")
    ]
    text = words(chapters(given(*rows))["enrichment"])
    assert "hubs (validated targets)" in text
    assert "hubs (predicted targets or better)" in text


def test_lists_of_no_contrast_are_not_said_to_be_of_one() -> None:
    row = TERM | {"contrast_id": None, "gene_list": "shared", "term_id": "GO:1", "pvalue": 0.5}
    text = words(chapters(given(row))["enrichment"])
    assert "No single contrast: shared" in text
    assert "None" not in text


def test_contrasts_that_lowered_or_raised_no_gene_say_so() -> None:
    known = [{"contrast_id": c, "reference": "il1b", "target": "exo"} for c in ("c", "d", "e")]
    test = {"library": "gene", "method": "deseq2", "direction": "ns"}
    tests = [test | {"contrast_id": c, "feature_id": "n"} for c in ("c", "d")]
    tests += [test | {"contrast_id": "c", "feature_id": "u", "direction": "up"}]
    tests += [test | {"contrast_id": "c", "feature_id": "m", "direction": "down", "library": "mirna"}]
    tests += [test | {"contrast_id": "c", "feature_id": "l", "direction": "down", "method": "limma_voom"}]
    tables = given(TERM | {"term_id": "GO:1", "pvalue": 0.5})
    tables |= {"core.contrasts": table("core.contrasts", known)}
    tables |= {"result.differential_expression": table("result.differential_expression", tests)}
    text = words(chapters(tables)["enrichment"])
    name, why = "IL-1β + exosomes against IL-1β: no", "(fold change > 2, FDR < 0.05), so no term of such a list."
    assert text.splitlines()[:2] == [f"{name} lowered genes {why}", f"{name} raised genes and no lowered genes {why}"]
    assert "enrichment" not in chapters(tables | {"result.enrichment": table("result.enrichment")})
