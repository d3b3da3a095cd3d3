from __future__ import annotations

import polars as pl
import pytest
from scipy.stats import norm

from tasks.methods.circrna_hosts import beside_hosts, hosts, junction_ratios

GENES = pl.DataFrame(
    {
        "feature_id": ["ENSG1.4", "ENSG2", "ENSG3", "SYM5", "ENSG6"],
        "symbol": ["HIPK3", "SMARCA5", "TWIN", None, "TWIN"],
    }
)


def circrnas(**named: tuple[str | None, str | None]) -> pl.DataFrame:
    rows = [(f, i, s) for f, (i, s) in named.items()]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("feature_id", "host_gene_id", "host_gene"), pl.String), orient="row"
    )


def test_hosts_are_found_by_id_then_by_symbol() -> None:
    table = circrnas(
        versioned=("ENSG1.9", None),
        symbol=(None, "SMARCA5"),
        both=("ENSG1;ENSG2", "HIPK3;SMARCA5"),
        as_id=(None, "SYM5"),
        twice=(None, "TWIN"),
        absent=("ENSG9", "NONE"),
        none=(None, None),
        empty=("", "n"),
    )
    found = {}
    for feature, *host in hosts(table, GENES).iter_rows():
        found.setdefault(feature, []).append(tuple(host))
    assert found == {
        "versioned": [("ENSG1.9", None, "ENSG1.4")],
        "symbol": [(None, "SMARCA5", "ENSG2")],
        "both": [("ENSG1", "HIPK3", "ENSG1.4"), ("ENSG2", "SMARCA5", "ENSG2")],
        "as_id": [(None, "SYM5", "SYM5")],
        "twice": [(None, "TWIN", None)],
        "absent": [("ENSG9", "NONE", None)],
        "none": [(None, None, None)],
        "empty": [(None, "n", None)],
    }


def expression(rows: dict[str, tuple[float | None, float | None, str]]) -> pl.DataFrame:
    table = [("c", f, lfc, se, 0.01, d) for f, (lfc, se, d) in rows.items()]
    names = {"contrast_id": pl.String, "feature_id": pl.String, "log2_fold_change": pl.Float64, "lfc_se": pl.Float64,
             "padj": pl.Float64, "direction": pl.String}  # fmt: skip
    return pl.DataFrame(table, schema=names, orient="row")


def test_a_host_that_changes_alike_explains_and_one_that_does_not_is_gone_beyond() -> None:
    circ = expression(
        {"alike": (2.0, 0.5, "up"), "alone": (2.5, 0.5, "up"), "still": (0.1, 0.5, "ns"), "lost": (3.0, 0.5, "up"),
         "weak": (1.2, 0.6, "up")}
    )  # fmt: skip
    gene = expression({"g1": (1.8, 0.2, "up"), "g2": (0.0, 0.2, "ns"), "g3": (0.5, 0.2, "ns")})
    found = pl.DataFrame(
        {"feature_id": ["alike", "alone", "still", "lost", "weak"], "host_gene_id": ["g1", "g2", "g1", None, "g3"],
         "host_gene": [None, None, None, None, None], "host_feature_id": ["g1", "g2", "g1", None, "g3"]},
        schema=dict.fromkeys(("feature_id", "host_gene_id", "host_gene", "host_feature_id"), pl.String),
    )  # fmt: skip
    rows = {r["feature_id"]: r for r in beside_hosts(circ, gene, found).to_dicts()}
    assert {f: r["verdict"] for f, r in rows.items()} == {
        "alike": "host_explains", "alone": "beyond_host", "still": "not_changed", "lost": "host_unknown",
        "weak": "unclear",
    }  # fmt: skip
    assert rows["alike"]["log2_change_beyond_host"] == pytest.approx(0.2)
    assert rows["alike"]["beyond_host_pvalue"] == pytest.approx(2 * norm.sf(0.2 / (0.5**2 + 0.2**2) ** 0.5))
    assert (rows["lost"]["na_reason"], rows["alike"]["na_reason"]) == ("no_host_named", None)
    untested = beside_hosts(expression({"alike": (None, None, "ns")}), gene, found.head(1)).row(0, named=True)
    assert (untested["verdict"], untested["na_reason"]) == ("not_changed", "not_tested")
    uncounted = found.head(1).with_columns(host_feature_id=pl.lit(None, pl.String))
    assert beside_hosts(circ.head(1), gene, uncounted)["na_reason"].to_list() == ["host_not_counted"]
    assert beside_hosts(circ.head(0), gene, found).is_empty()


def test_junction_ratios_are_over_samples_with_linear_reads() -> None:
    counts = pl.DataFrame(
        {
            "sample_id": ["a", "b", "c", "d"] * 2,
            "feature_id": ["x"] * 4 + ["y"] * 4,
            "count": [10.0, 5, 4, 2, 0, 0, 1, 1],
            "linear_count": [10.0, None, 4, 8, 0, 0, None, None],
        }
    )
    levels = pl.DataFrame({"contrast_id": "k", "sample_id": ["a", "b", "c", "d"],
                           "side": ["reference", "reference", "target", "target"]})  # fmt: skip
    found = {r["feature_id"]: r for r in junction_ratios(counts, levels).to_dicts()}
    assert found["x"]["junction_ratio_reference"] == pytest.approx(20 / 30)
    assert found["x"]["junction_ratio_target"] == pytest.approx(12 / 24)
    assert (found["y"]["junction_ratio_reference"], found["y"]["junction_ratio_target"]) == (None, None)
    assert junction_ratios(counts.with_columns(linear_count=pl.lit(None, pl.Float64)), levels).is_empty()
