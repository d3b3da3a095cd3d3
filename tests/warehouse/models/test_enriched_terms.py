from __future__ import annotations

from collections.abc import Callable
from typing import Any

Insert = Callable[..., None]
Read = Callable[[str], list[dict[str, Any]]]
BASE = {"study_id": "s", "contrast_id": "usc", "gene_list": "up", "collection": "GO", "method": "ora", "alpha": 0.05}


def test_terms_are_listed_by_their_nominal_p_value_with_genes_and_contrast(insert: Insert, read: Read) -> None:
    insert("core.contrasts", study_id="s", contrast_id="usc", reference="il1b", target="il1b_usc")
    for term, pvalue, padj in (("b", 0.04, 0.3), ("a", 0.001, 0.01), ("c", 0.05, 0.3)):
        insert("result.enrichment", **BASE, term_id=term, term=term.upper(), pvalue=pvalue, padj=padj, genes="IL6;TNF")
    first, second = read("mart.enriched_terms")
    assert (first["term_id"], first["nominal_pvalue"], first["padj"], first["genes"]) == ("a", 0.001, 0.01, "IL6;TNF")
    assert (first["reference"], first["target"]) == ("il1b", "il1b_usc")
    assert (second["term_id"], second["padj"]) == ("b", 0.3)


def test_terms_are_those_below_the_study_s_own_threshold_and_tiers_stand_apart(insert: Insert, read: Read) -> None:
    for tier, pvalue in (("predicted", 0.02), ("validated", 0.008)):
        given = {**BASE, "alpha": 0.01, "gene_list": "hubs", "tier": tier, "cluster": 1}
        insert("result.enrichment", **given, term_id="a", term="A", pvalue=pvalue)
    assert [(row["tier"], row["nominal_pvalue"]) for row in read("mart.enriched_terms")] == [("validated", 0.008)]


def test_terms_of_one_cluster_name_their_most_significant_one(insert: Insert, read: Read) -> None:
    for term, pvalue, cluster in (
        ("a", 0.01, 1),
        ("b", 0.002, 1),
        ("c", 0.03, 2),
        ("1", 0.04, None),
        ("d", 0.045, None),
    ):
        insert(
            "result.enrichment",
            **BASE,
            term_id=term,
            term=term.upper(),
            pvalue=pvalue,
            cluster=cluster,
            is_representative=None if cluster is None else term != "a",
        )
    found = {
        r["term_id"]: (r["cluster"], r["is_representative"], r["representative"]) for r in read("mart.enriched_terms")
    }
    assert found == {
        "b": (1, True, "B"),
        "a": (1, False, "B"),
        "c": (2, True, "C"),
        "1": (None, None, "1"),
        "d": (None, None, "D"),
    }


def test_terms_of_a_ranking_say_their_direction(insert: Insert, read: Read) -> None:
    for term, nes in (("a", -2.1), ("b", None)):
        given = {**BASE, "gene_list": "ranking", "method": "gsea"}
        insert("result.enrichment", **given, term_id=term, term=term, pvalue=0.01, padj=0.1, nes=nes, genes="IL6")
    assert [(row["term_id"], row["method"], row["nes"]) for row in read("mart.enriched_terms")] == [
        ("a", "gsea", -2.1),
        ("b", "gsea", None),
    ]
