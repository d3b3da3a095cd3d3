from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tasks.methods.enrichment_sentences import enrichment_sentences
from tests.report_study import CONFIG, table

UP = {"contrast_id": "c", "gene_list": "up", "collection": "GO_BP", "method": "ora", "list_size": 120, "overlap": 9}
UP |= {"family_size": 900, "is_representative": True}
GSEA = UP | {"gene_list": "ranking", "method": "gsea"}


def told(*rows: dict[str, Any], done: Collection[str] = ("c",)) -> list[str]:
    terms = table("result.enrichment", rows)
    contrasts = table("core.contrasts", [{"contrast_id": "c", "reference": "il1b", "target": "exo"}])
    found = enrichment_sentences(CONFIG, terms, contrasts, done)
    return ["".join(getattr(part, "text", part) for part in item) for item in found]


def test_the_strongest_representatives_stand_with_their_fdr() -> None:
    rows = [
        UP | {"term_id": f"t{n}", "term": f"term {n}", "pvalue": p / 10, "padj": p}
        for n, p in enumerate((0.04, 0.0001, 0.03, 0.02, 0.2))
    ]
    copy = UP | {"term_id": "u", "term": "same genes", "pvalue": 1e-6, "padj": 0.0002, "is_representative": False}
    (text,) = told(*rows, copy)
    assert text == (
        "IL-1β + exosomes against IL-1β. The raised genes are rich in “term 1” (9 of 120 genes, FDR < 0.001), "
        "“term 3” (9 of 120 genes, FDR = 0.020) and “term 2” (9 of 120 genes, FDR = 0.030) and 1 further group of "
        "terms."
    )


def test_a_nominal_p_is_no_finding() -> None:
    down = UP | {"gene_list": "down", "term_id": "t", "pvalue": 0.001, "padj": 0.2}
    ranked = GSEA | {"term_id": "t", "nes": 1.4, "pvalue": 0.01, "padj": 0.06}
    (text,) = told(down, ranked, ranked | {"collection": "KEGG", "family_size": 100})
    assert "No term of the lowered genes was found at FDR < 0.05, of 900 terms of GO_BP tested." in text
    assert "GSEA of all ranked genes: no term was found at FDR < 0.05, of 1,000 terms of GO_BP and KEGG tested." in text
    assert "rich in" not in text


def test_gsea_says_which_way() -> None:
    rows = [
        GSEA | {"term_id": i, "term": i, "nes": nes, "pvalue": 0.001, "padj": 0.01}
        for i, nes in (("a", 1.5), ("b", 2.25), ("c", -1.75))
    ]
    (text,) = told(*rows)
    assert text == (
        "IL-1β + exosomes against IL-1β. GSEA of all ranked genes, higher: “b” (NES 2.25, FDR = 0.010) and “a” "
        "(NES 1.50, FDR = 0.010); lower: “c” (NES −1.75, FDR = 0.010)."
    )


def test_a_named_list_is_no_term_of_the_ranking() -> None:
    strongest = {"collection": "enrichment.lists", "family_size": 1, "term_id": "own", "term": "own", "padj": 1e-4}
    rows = [GSEA | {"term_id": "a", "term": "a", "nes": 1.5, "padj": 0.9}, GSEA | strongest | {"nes": 2.0}]
    (text,) = told(*rows)
    assert text.endswith("GSEA of all ranked genes: no term was found at FDR < 0.05, of 900 terms of GO_BP tested.")


def test_ease_stands_in_where_no_plain_test_was_asked_for() -> None:
    ease = UP | {"term_id": "t", "term": "t", "method": "ease", "pvalue": 0.001, "padj": 0.01}
    assert "rich in “t”" in told(ease)[0]
    assert "rich in “t”" not in told(ease, ease | {"method": "ora", "padj": 0.3})[0]


def test_what_was_tested_without_a_row_is_told_and_what_was_not_is_not() -> None:
    assert told()[0].endswith("No term was found: no list of changed genes has a gene of a tested term.")
    assert told(done=()) == []
