from __future__ import annotations

from typing import Any

import polars as pl

from tests.report_study import chapters, column, frames, grids, table, words

DE = "result.differential_expression"
CONTRAST = {"contrast_id": "exo_vs_il1b", "variable": "condition", "reference": "il1b", "target": "exo"}


def features_of(*directions: str, library: str = "gene", rna_class: str = "mrna") -> list[dict[str, Any]]:
    return [
        {"contrast_id": "exo_vs_il1b", "library": library, "rna_class": rna_class, "method": "deseq2"}
        | {"feature_id": f"{rna_class}{i}", "symbol": f"S{i}", "padj": 0.5 if d == "ns" else 0.001 * (i + 1)}
        | {"pvalue": 0.01, "base_mean": 100.0, "log2_fold_change": 2.0 if d == "up" else -2.0, "direction": d}
        for i, d in enumerate(directions)
    ]


def given(*rows: dict[str, Any], **more: pl.DataFrame) -> dict[str, Any]:
    return frames(
        result__differential_expression=table(DE, rows), core__contrasts=table("core.contrasts", [CONTRAST]), **more
    )


def test_changes_are_counted_by_class_and_listed_by_fdr() -> None:
    rows = [*features_of("up", "up", "down", "ns"), *features_of("ns", "up", library="mirna", rna_class="mirna")]
    rows[-1] |= {"symbol": "miR-1", "padj": 0.0025}
    found = chapters(given(*rows))
    counts = grids(found["expression"])["changed-features"]
    assert column(counts, "class") == ["mRNAs", "miRNAs"]
    assert [column(counts, c) for c in ("up", "down", "tested")] == [["2", "1"], ["1", "0"], ["4", "2"]]
    assert column(grids(found["expression"])["top-exo_vs_il1b-mrna"], "feature") == ["S0", "S1", "S2"]
    text = words(found["summary"])
    assert "IL-1β + exosomes against IL-1β. 2 mRNAs up and 1 down and 1 miRNAs up and 0 down (DESeq2, " in text
    assert "First by p: S0, S1, miR-1 and S2." in text


def test_a_contrast_without_changes_says_what_it_could_have_shown() -> None:
    power = {"contrast_id": "exo_vs_il1b", "library": "gene", "reference_count": 3, "target_count": 3}
    power |= {"detectable_fold_change": 3.4, "note": "3 vs 3: …"}
    found = chapters(
        given(*features_of("ns", "ns"), result__expression_power=table("result.expression_power", [power]))
    )
    text = words(found["summary"])
    assert "No changed genes were found at this n (fold change > 2, FDR < 0.05): with 3 against 3 samples, 80 %" in text
    assert "3.40-fold" in text
    assert " up and " not in text
    assert "No changed mRNAs were found at this n" in words(found["expression"])


def test_circrnas_come_with_a_warning_of_their_power_and_their_hosts() -> None:
    host = {"contrast_id": "exo_vs_il1b", "method": "deseq2", "feature_id": "circ1", "direction": "up", "padj": 0.01}
    host |= {"host_gene": "FOS", "host_padj": 0.2, "verdict": "circle_beyond_host", "log2_fold_change": 2.0}
    rows = features_of("up", library="circrna", rna_class="circrna")
    found = chapters(given(*rows, result__circrna_hosts=table("result.circrna_hosts", [host])))["expression"]
    assert "most changes are missed" in words(found)
    assert column(grids(found)["host-genes-table"], "host gene") == ["FOS"]


def test_shared_features_are_no_test_of_independence() -> None:
    shared = {"library": "gene", "method": "deseq2", "feature_id": "g", "contrasts": "a;b", "directions": "up;up"}
    overlaps = table("result.expression_overlaps", [shared | {"contrast_count": 2, "is_consistent": True}])
    found = chapters(given(*features_of("up"), result__expression_overlaps=overlaps))["expression"]
    assert "not independent" in grids(found)["shared-features"].note


def test_without_counts_there_is_no_section() -> None:
    assert "expression" not in chapters(frames())
