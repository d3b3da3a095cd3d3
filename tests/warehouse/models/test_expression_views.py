from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Insert = Callable[..., None]
Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def expression(insert: Insert) -> None:
    manifest = json.dumps({"expression": {"primary": "deseq2"}})
    insert("core.studies", study_id="s", title="A study", manifest=manifest)
    insert("core.contrasts", study_id="s", contrast_id="c", reference="il1b", target="exo")
    called = {
        "g1": (("deseq2", 0.01, 2.0, "up"), ("limma_voom", 0.02, 1.9, "up"), ("limma_trend", 0.3, 1.0, "ns")),
        "g2": (("deseq2", 0.001, -3.0, "down"), ("limma_voom", 0.002, -2.0, "down")),
        "g3": (("deseq2", None, 0.1, "ns"), ("limma_voom", 0.9, 0.1, "ns")),
        "g4": (("deseq2", 0.5, 0.1, "ns"),),
        "g5": (("deseq2", 0.6, 0.1, "ns"), ("limma_voom", 0.7, 0.1, "ns")),
    }
    row = {"study_id": "s", "contrast_id": "c", "library": "gene", "rna_class": "mrna"}
    for feature, methods in called.items():
        for method, padj, change, direction in methods:
            numbers = {"padj": padj, "pvalue": padj, "log2_fold_change": change, "direction": direction}
            insert("result.differential_expression", **row, **numbers, feature_id=feature, method=method)


@pytest.mark.usefixtures("expression")
def test_top_features_rank_by_the_primary_method_and_show_the_others_beside_it(read: Read) -> None:
    second, first, last, unchanged = sorted(read("mart.top_features"), key=lambda r: r["feature_id"])
    assert (first["feature_id"], first["rank"], first["method"], first["target"]) == ("g2", 1, "deseq2", "exo")
    assert (first["padj"], first["deseq2_padj"], first["limma_voom_padj"], first["limma_trend_padj"]) == (
        *(0.001, 0.001, 0.002, None),
    )
    assert (first["other_methods"], first["other_directions"], first["is_confirmed"]) == ("limma_voom", "down", True)
    assert (second["rank"], second["other_directions"], second["is_confirmed"]) == (2, "ns;up", False)
    assert (last["feature_id"], last["other_methods"], last["is_confirmed"]) == ("g4", None, None)
    assert (unchanged["other_directions"], unchanged["is_confirmed"]) == ("ns", None)  # no change to confirm


@pytest.mark.usefixtures("expression")
def test_top_features_stop_at_a_hundred(insert: Insert, read: Read) -> None:
    for number in range(103):
        row = {"study_id": "s", "contrast_id": "d", "method": "deseq2", "feature_id": f"h{number:03d}"}
        insert("result.differential_expression", **row, padj=number / 1000)
    assert [r["rank"] for r in read("mart.top_features") if r["contrast_id"] == "d"] == list(range(1, 101))


@pytest.mark.usefixtures("expression")
def test_changed_features_are_counted_by_class_and_method(read: Read) -> None:
    found = read("mart.differential_expression_counts")
    assert [(r["method"], r["is_primary"], r["feature_count"], r["tested_count"]) for r in found] == [
        ("deseq2", True, 5, 4),
        ("limma_trend", False, 1, 1),
        ("limma_voom", False, 4, 4),
    ]
    assert [(r["up_count"], r["down_count"]) for r in found] == [(1, 1), (0, 0), (1, 1)]


def test_a_study_without_a_readable_manifest_has_counts_all_the_same(insert: Insert, read: Read) -> None:
    insert("core.studies", study_id="s", manifest="")
    insert("result.differential_expression", study_id="s", method="deseq2", feature_id="g1", direction="up", padj=0.1)
    (row,) = read("mart.differential_expression_counts")
    assert (row["is_primary"], row["up_count"]) == (False, 1)
    assert read("mart.top_features") == []


@pytest.mark.usefixtures("expression")
def test_counts_and_circrnas_show_what_the_design_could_show(insert: Insert, read: Read) -> None:
    power = {"study_id": "s", "contrast_id": "c", "alpha": 0.002}
    insert("result.expression_power", **power, library="gene", note="80 % power from 2-fold")
    insert("result.expression_power", **power, library="circrna", note="80 % power from 9-fold")
    assert {r["power_note"] for r in read("mart.differential_expression_counts")} == {"80 % power from 2-fold"}
    row = {"study_id": "s", "contrast_id": "c", "method": "deseq2"}
    insert("result.circrna_hosts", **row, feature_id="a", direction="up", verdict="host_explains", padj=0.01)
    insert("result.circrna_hosts", **row, feature_id="b", direction="ns", verdict="not_changed")
    (circ,) = read("mart.changed_circrnas")
    assert (circ["feature_id"], circ["target"], circ["verdict"], circ["power_note"]) == (
        *("a", "exo", "host_explains", "80 % power from 9-fold"),
    )


def test_samples_show_their_condition_and_what_speaks_against_their_label(insert: Insert, read: Read) -> None:
    insert("core.studies", study_id="s", manifest="{}")
    row = {"study_id": "s", "library": "gene", "sample_id": "a"}
    insert("core.samples", study_id="s", sample_id="a", condition="il1b", donor_id="D1")
    insert("result.expression_quality", **row, sample_group="il1b", swap_hint="labels swapped?")
    insert("result.sample_identity", **row, declared_sex="female", observed_sex="male", swap_hint="b")
    insert("result.expression_quality", **row | {"library": "mirna"}, sample_group="il1b")
    gene, mirna = read("mart.expression_samples")
    assert (gene["condition"], gene["donor_id"], gene["sex_hint"], gene["donor_swap_hint"]) == (
        *("il1b", "D1", "male", "b"),
    )
    assert (mirna["library"], mirna["sex_hint"], mirna["swap_hint"]) == ("mirna", None, None)
