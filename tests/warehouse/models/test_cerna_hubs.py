from __future__ import annotations

from collections.abc import Callable
from typing import Any

Insert = Callable[..., None]
Read = Callable[[str], list[dict[str, Any]]]
BASE = {"study_id": "s", "contrast_id": "usc"}


def triplet(insert: Insert, cerna: str, mirna: str, mrna: str, padj: float, *, is_consistent: bool = True) -> None:
    ids = {f"{side}_id": name for side, name in (("cerna", cerna), ("mirna", mirna), ("mrna", mrna))}
    named = {"mrna_symbol": mrna.upper(), "is_significant": padj < 0.05, "is_consistent": is_consistent}
    insert("result.cerna_triplets", **BASE, **ids, **named, padj=padj)


def test_a_hub_has_its_partners_and_the_triplets_behind_it(insert: Insert, read: Read) -> None:
    insert("core.contrasts", **BASE, reference="il1b", target="il1b_usc")
    triplet(insert, "c1", "m1", "g1", 0.01)
    triplet(insert, "c1", "m1", "g2", 0.2)
    triplet(insert, "c2", "m1", "g2", 0.001, is_consistent=False)
    for rank, (name, kind, is_hub) in enumerate(
        (("m1", "mirna", True), ("g2", "mrna", True), ("g1", "mrna", False), ("g3", "mrna", False)), 1
    ):
        node = {"feature_id": name, "rna_class": kind, "hub_rank": rank, "is_hub": is_hub, "degree": 1}
        insert("result.cerna_nodes", **BASE, **node, betweenness=0.25 if name == "g3" else 0.1 + 1e-12 * rank)
    mirna, mrna = read("mart.cerna_hubs")
    assert (mirna["feature_id"], mirna["reference"], mirna["target"]) == ("m1", "il1b", "il1b_usc")
    assert (mirna["triplet_count"], mirna["significant_triplet_count"], mirna["smallest_padj"]) == (2, 1, 0.01)
    assert (mirna["tied_count"], mrna["tied_count"]) == (0, 1)  # g1 is equal to g2, g3 is not
    assert (mirna["cernas"], mirna["mirnas"], mirna["mrnas"]) == ("c1", "m1", "G1, G2")
    assert (mrna["feature_id"], mrna["triplet_count"], mrna["significant_triplet_count"]) == ("g2", 1, 0)
