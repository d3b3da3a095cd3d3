"""Group tests by option of study.yaml: methods, roles, scales, corrections, degenerate data."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import columns
from schemas.bench_options import Condition, Statistics
from schemas.polars_schema import schema
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.measurements import Measurement
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.analyses.group_tests import ANALYSIS
from tasks.contracts import Computed
from tests.tasks.methods.bench_reference import data, expected

Row = dict[str, Any]
Layout = Literal["donors", "cultures"]
SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
GROUPS = ("control", "il1b", "usc", "exo")
OMNIBUS = ("one_way_anova", "randomised_block_anova", "welch_anova", "two_way_anova", "kruskal_wallis", "friedman")
POSTHOC = {
    "one_way_anova": ("bonferroni", "holm", "tukey", "dunnett", "games_howell", "dunn", "none"),
    "welch_anova": ("bonferroni", "games_howell", "dunn"),
    "kruskal_wallis": ("dunn", "holm"),
    "friedman": ("bonferroni",),
    "two_way_anova": ("tukey",),
    "randomised_block_anova": ("dunnett", "games_howell"),
}
TWO = ("auto", "student_t", "welch_t", "paired_t", "mann_whitney", "wilcoxon_signed_rank")


def measurements(values: dict[str, list[float | None]], layout: Layout, **more: object) -> list[Row]:
    return [
        {"study_id": "s", "run_id": "r", "experiment": "main", "assay": "qpcr", "measure": "expression"}
        | {"target": "ACAN", "sample_id": f"{c}{i}", "donor_id": f"d{i}" if layout == "donors" else "line"}
        | {"condition": c, "value": v, "scale": "raw", "unit": "OD", "technical_n": 3, "is_excluded": False}
        | more
        for c, many in values.items()
        for i, v in enumerate(many)
    ]


NOTHING_BACK = pl.DataFrame(schema=schema(ReadmittedMeasurement))


def outcome(rows: list[Row], **statistics: object) -> Computed:
    factors = statistics.pop("factors", {})
    assert isinstance(factors, dict)
    names = list(dict.fromkeys(r["condition"] for r in rows))
    conditions = [Condition.model_validate({"id": c, "factors": factors.get(c, {})}) for c in names]
    config = StudyYaml(study_id="s", conditions=conditions, statistics=Statistics.model_validate(statistics))
    study = Study(config=config, samples=(SampleRow(sample="x", condition=names[0]),), comparisons=())
    frame = pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA)
    slices = {"result.measurements": frame.select(ANALYSIS.reads["result.measurements"]).unique()}
    (part,) = ANALYSIS.parts(study, slices)
    assert part.skip is None
    return ANALYSIS.run(part, {"result.measurements": frame, "result.readmitted_measurements": NOTHING_BACK})


def reference(name: str, layout: Layout, **more: object) -> list[Row]:
    d = data(name)
    return measurements({g: list(d.group(g)) for g in d.groups}, layout, **more)


def rows_of(done: Computed, table: str, **where: object) -> list[Row]:
    return [r for r in done.frames[f"result.{table}"].to_dicts() if all(r[k] == v for k, v in where.items())]


def pairs_of(done: Computed, **where: object) -> dict[str, Row]:
    return {f"{r['group_a']}-{r['group_b']}": r for r in rows_of(done, "pairwise_tests", **where)}


@pytest.mark.parametrize("posthoc", ["bonferroni", "holm", "tukey", "dunnett", "none", "games_howell"])
def test_post_hoc_tests_of_study_yaml_are_those_of_r(posthoc: str) -> None:
    done = outcome(reference("uneven", "cultures"), posthoc=posthoc)
    found = pairs_of(done, role="primary")
    assert len(found) == (3 if posthoc == "dunnett" else 6)
    for pair, row in found.items():
        assert row["padj"] == pytest.approx(expected()[f"uneven.{posthoc}.{pair}.p"], rel=1e-6, abs=2e-6)
        assert row["correction"] == posthoc
        assert row["method"] == ("welch_t" if posthoc == "games_howell" else "pooled_t")
        assert row["ci_low"] < row["mean_difference"] < row["ci_high"]


def test_welch_and_rank_tests_are_primary_where_asked() -> None:
    r = expected()
    done = outcome(reference("uneven", "cultures"), omnibus="Welch ANOVA", posthoc="Games-Howell")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["method"], whole["pvalue"]) == ("welch_anova", pytest.approx(r["uneven.welch.p"]))
    done = outcome(reference("uneven", "cultures"), omnibus="kruskal", posthoc="holm")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["method"], whole["statistic"]) == ("kruskal_wallis", pytest.approx(r["uneven.kruskal.h"]))
    assert whole["effect_name"] == "epsilon_squared"
    for pair, row in pairs_of(done, role="primary").items():
        assert (row["method"], row["correction"], row["ci_low"]) == ("dunn", "holm", None)
        assert row["padj"] == pytest.approx(r[f"uneven.dunn.{pair}.holm"])


def test_matched_donors_have_a_block_test_the_published_one_and_sensitivity_tests() -> None:
    r, done = expected(), outcome(reference("donors", "donors"), posthoc="tukey")
    whole = {(x["role"], x["method"]): x for x in rows_of(done, "group_tests")}
    assert whole.keys() == {
        ("primary", "randomised_block_anova"),
        ("as_published", "one_way_anova"),
        ("sensitivity", "friedman"),
    }
    block = whole["primary", "randomised_block_anova"]
    assert block["pvalue"] == pytest.approx(r["donors.block.p"], rel=1e-9)
    assert (block["effect_name"], block["effect_size"]) == ("partial_eta_squared", pytest.approx(r["donors.block.eta"]))
    assert block["effect_ci_low"] < block["omega_squared"] < block["effect_size"]
    assert whole["sensitivity", "friedman"]["pvalue"] == pytest.approx(r["donors.friedman.p"])
    assert "exact p" in whole["sensitivity", "friedman"]["design_note"]
    for pair, row in pairs_of(done, role="primary").items():
        assert row["padj"] == pytest.approx(r[f"donors.block.tukey.{pair}.p"], abs=2e-7)
    for pair, row in pairs_of(done, method="paired_t").items():
        assert (row["role"], row["correction"]) == ("sensitivity", "bonferroni")
        assert row["pvalue"] == pytest.approx(r[f"donors.paired_t.{pair}.p"], rel=1e-9)
        assert row["effect_size"] == pytest.approx(r[f"donors.hedges_gz.{pair}.g"], rel=1e-9)
        assert row["effect_ci_low"] == pytest.approx(r[f"donors.hedges_gz.{pair}.low"], rel=2e-4, abs=2e-4)


def test_friedman_as_the_main_test_and_without_blocks() -> None:
    done = outcome(reference("donors", "donors"), omnibus="friedman")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["method"], whole["effect_name"]) == ("friedman", "kendall_w")
    done = outcome(reference("uneven", "cultures"), omnibus="friedman")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["pvalue"], whole["na_reason"]) == (None, "incomplete_blocks")
    (plain,) = rows_of(done, "group_tests", role="as_published")
    assert plain["method"] == "kruskal_wallis"
    assert {x["na_reason"] for x in rows_of(done, "pairwise_tests", role="primary")} == {"incomplete_blocks"}


@pytest.mark.parametrize(
    ("two_groups", "layout", "method"),
    [
        ("auto", "cultures", "student_t"),
        ("welch_t", "cultures", "welch_t"),
        ("mann_whitney", "cultures", "mann_whitney"),
        ("paired_t", "donors", "paired_t"),
        ("wilcoxon_signed_rank", "donors", "wilcoxon_signed_rank"),
    ],
)
def test_two_groups_get_the_test_asked_for(two_groups: str, layout: Layout, method: str) -> None:
    d = data("even")
    rows = measurements({g: list(d.group(g)) for g in ("il1b", "usc")}, layout)
    done = outcome(rows, two_groups=two_groups)
    (row,) = rows_of(done, "pairwise_tests", role="primary")
    name = {"wilcoxon_signed_rank": "even.signed.p"}.get(method, f"even.{method}.il1b-usc.p")
    if name in expected():
        assert row["pvalue"] == pytest.approx(expected()[name], rel=1e-9)
    assert (row["method"], row["correction"], row["padj"]) == (method, "none", row["pvalue"])
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["method"], whole["pvalue"]) == (method, row["pvalue"])


def test_a_paired_test_without_pairs_is_refused() -> None:
    done = outcome(measurements({"a": [1.0, 2.0, 3.5], "b": [2.0, 3.0, 5.0]}, "cultures"), two_groups="paired_t")
    (row,) = rows_of(done, "pairwise_tests", role="primary")
    assert (row["pvalue"], row["stars"], row["na_reason"]) == (None, None, "no_blocks")
    assert [p.rule for p in done.problems] == ["pairs_not_tested"]


def test_two_factors_are_told_apart() -> None:
    d = data("warp")
    values: dict[str, list[float | None]] = {g: list(d.group(g)) for g in d.groups}
    doses = {"L": 0.0, "M": 5.0, "H": 10.0}
    factors = {g: {"wool": float(g[0] == "B"), "tension": doses[g[1]]} for g in d.groups}
    done = outcome(measurements(values, "cultures"), factors=factors, omnibus="two-way ANOVA", posthoc="tukey")
    found = {r["term"]: r for r in rows_of(done, "group_tests", role="primary")}
    assert found.keys() == {"wool", "tension", "wool:tension"}
    for term, row in found.items():
        assert row["pvalue"] == pytest.approx(expected()[f"warp.two_way.{term}.p"], rel=1e-9)
    assert {r["method"] for r in rows_of(done, "pairwise_tests", role="primary")} == {"pooled_t"}
    done = outcome(measurements(values, "cultures"), omnibus="two_way")
    assert [p.rule for p in done.problems] == ["no_factorial"]
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["pvalue"], whole["na_reason"]) == (None, "not_two_factors")


def test_log_values_are_also_tested_raw_as_published() -> None:
    done = outcome(measurements({"a": [1.0, 2.0, 3.5], "b": [2.0, 3.0, 5.0]}, "cultures", scale="log2"))
    (raw,) = rows_of(done, "pairwise_tests", role="as_published")
    assert (raw["scale"], raw["ratio"]) == ("raw", None)
    assert raw["mean_difference"] == pytest.approx((4 + 8 + 32) / 3 - (2 + 4 + 2**3.5) / 3)
    (log,) = rows_of(done, "pairwise_tests", role="primary")
    assert log["ratio"] == pytest.approx(2 ** log["mean_difference"])


def test_extreme_percentages_are_also_tested_as_logits() -> None:
    low: dict[str, list[float | None]] = {"a": [2.0, 4.0, 3.0], "b": [20.0, 30.0, 25.0]}
    done = outcome(measurements(low, "cultures", unit="%"))
    (row,) = rows_of(done, "pairwise_tests", scale="logit")
    logits = [[math.log(p / (100 - p)) for p in low[g] if p] for g in "ab"]
    assert row["mean_difference"] == pytest.approx(sum(logits[1]) / 3 - sum(logits[0]) / 3)
    assert (row["role"], row["method"]) == ("sensitivity", "student_t")
    assert not rows_of(outcome(measurements(low, "cultures", unit="OD")), "pairwise_tests", scale="logit")
    middle: dict[str, list[float | None]] = {"a": [22.0, 14.0, 33.0], "b": [20.0, 30.0, 25.0]}
    assert not rows_of(outcome(measurements(middle, "cultures", unit="%")), "pairwise_tests", scale="logit")
    done = outcome(measurements({**low, "a": [0.0, 4.0, 3.0]}, "cultures", unit="%"))
    (row,) = rows_of(done, "pairwise_tests", scale="logit")
    assert (row["pvalue"], row["na_reason"]) == (None, "value_at_0_or_100")


def test_a_rank_test_of_three_against_three_says_it_cannot_reach_alpha() -> None:
    done = outcome(measurements({"a": [1.0, 2.0, 3.0], "b": [11.0, 12.0, 14.0]}, "cultures"))
    (rank,) = rows_of(done, "pairwise_tests", method="mann_whitney")
    assert (rank["pvalue"], rank["cannot_reach_alpha"]) == (pytest.approx(0.1), True)
    (whole,) = rows_of(done, "group_tests", method="mann_whitney")
    assert "cannot reach 0.05 at this n" in whole["design_note"]
    (primary,) = rows_of(done, "pairwise_tests", role="primary")
    assert (primary["stars"], primary["cannot_reach_alpha"]) == ("***", False)


def test_letters_and_checks_stand_beside_the_tests() -> None:
    done = outcome(reference("even", "cultures"))
    shown = {r["condition"]: r["letters"] for r in rows_of(done, "group_summaries")}
    for a, b in combinations(GROUPS, 2):
        assert bool(set(shown[a]) & set(shown[b])) == bool(expected()[f"even.shares.{a}-{b}"])
    checks = {(r["check_name"], r["condition"]): r for r in rows_of(done, "assumption_checks")}
    assert checks.keys() == {
        ("levene", None),
        ("shapiro_wilk", None),
        *((c, g) for g in GROUPS for c in ("shapiro_wilk", "grubbs")),
    }
    assert checks["levene", None]["pvalue"] == pytest.approx(expected()["even.levene.p"])
    assert checks["grubbs", "usc"]["suspect"].startswith("usc")
    three = rows_of(outcome(reference("donors", "donors")), "assumption_checks", condition="il1b")
    assert {r["verdict"] for r in three} == {"uninformative"}
    assert rows_of(outcome(reference("even", "cultures"), posthoc="dunnett"), "group_summaries")[0]["letters"] is None


DEGENERATE: tuple[dict[str, list[float | None]], ...] = (
    {"a": [1.0], "b": [2.0], "c": [3.0]},
    {"a": [1.0, 1.0, 1.0], "b": [1.0, 1.0, 1.0], "c": [1.0, 1.0, 1.0]},
    {"a": [1.0, 1.0, 1.0], "b": [2.0, 2.0, 2.0], "c": [3.0, 3.0, 3.0]},
    {"a": [1.0, 1.0, 1.0], "b": [2.0, 2.1, 2.2], "c": [3.0, 3.0, 3.0]},
    {"a": [1.0, 2.0, 3.0], "b": [None, None, None], "c": [2.0, 3.0, 4.5]},
    {"a": [1.0, 2.0, 2.0], "b": [2.0, 2.0, 3.0], "c": [2.0, 1.0, 2.0]},
    {"a": [1.0, 2.0], "b": [2.0, 3.0, 5.0, 6.0], "c": [2.0]},
    {"a": [None], "b": [None], "c": [float("nan")]},
    {"a": [1e9, 1e9 + 1, 1e9 + 2], "b": [1e-9, 2e-9, 3e-9], "c": [0.0, 0.0, 0.0]},
)


@pytest.mark.parametrize("omnibus", OMNIBUS)
@pytest.mark.parametrize("layout", ["donors", "cultures"])
def test_degenerate_data_give_reasons_and_neither_traceback_nor_warning(omnibus: str, layout: Layout) -> None:
    factors = {"a": {"x": 0.0, "y": 0.0}, "b": {"x": 1.0}, "c": {"y": 1.0}}
    for values in DEGENERATE:
        for posthoc in POSTHOC[omnibus]:
            for scale in ("raw", "log2"):
                kept = values if scale == "raw" else {c: [v and v / 1e7 for v in x] for c, x in values.items()}
                rows = measurements(kept, layout, scale=scale, unit="%")
                done = outcome(
                    rows,
                    factors=factors,
                    omnibus=omnibus,
                    posthoc=posthoc,
                    sensitivity=["ranks", "welch", "paired_t", "logit"],
                )
                assert_honest(done)


@pytest.mark.parametrize("two_groups", TWO)
@pytest.mark.parametrize("layout", ["donors", "cultures"])
def test_degenerate_pairs_too(two_groups: str, layout: Layout) -> None:
    for values in DEGENERATE:
        for left in ("bc", "ca"):
            assert_honest(outcome(measurements({c: values[c] for c in left}, layout), two_groups=two_groups))


def assert_honest(done: Computed) -> None:
    """A p-value or a reason in every row, stars only with padj, p never below its family's bounds."""
    for table in ("group_tests", "pairwise_tests", "assumption_checks"):
        for row in rows_of(done, table):
            assert (row["pvalue"] is None) == (row["na_reason"] is not None), row
    for row in rows_of(done, "pairwise_tests"):
        assert (row["padj"] is None) == (row["pvalue"] is None) == (row["stars"] is None)
        assert row["padj"] is None or row["pvalue"] <= row["padj"] <= 1
        assert row["padj"] is None or row["pvalue"] > 0


values_of_a_group = st.lists(st.integers(1, 400).map(lambda x: x / 8), min_size=3, max_size=4)


@given(
    st.lists(values_of_a_group, min_size=3, max_size=3), st.sampled_from(sorted(POSTHOC["one_way_anova"])), st.data()
)
@settings(deadline=None, max_examples=30)
def test_neither_unit_nor_order_of_rows_and_groups_changes_a_decision(
    groups: list[list[float]], posthoc: str, drawn: st.DataObject
) -> None:
    names = ["a", "b", "c"]
    values: dict[str, list[float | None]] = {c: list(many) for c, many in zip(names, groups, strict=True)}
    order = [names[0], *drawn.draw(st.permutations(names[1:]))] if posthoc == "dunnett" else names[::-1]
    rows = measurements(values, "cultures")
    before = pairs_of(outcome(rows, posthoc=posthoc), role="primary")
    moved = measurements({c: [8 * v for v in values[c] if v is not None] for c in order}, "cultures")
    moved.sort(key=lambda r: (order.index(r["condition"]), -r["value"]))
    after = pairs_of(outcome(moved, posthoc=posthoc), role="primary")
    for pair, old in before.items():
        sign = 1 if pair in after else -1
        new = after.get(pair) or after["-".join(reversed(pair.split("-")))]
        assert new["na_reason"] == old["na_reason"]
        for name in ("pvalue", "padj"):
            assert_same(new[name], old[name])
        for name in ("effect_size", "statistic"):
            assert_same(new[name], None if old[name] is None else sign * old[name])


def assert_same(new: float | None, old: float | None) -> None:
    if old is None:
        assert new is None
    else:
        assert new == pytest.approx(old, rel=1e-5, abs=1e-9)


@given(st.lists(values_of_a_group, min_size=2, max_size=3), st.integers(-20, 20))
@settings(deadline=None, max_examples=20)
def test_a_unit_is_a_shift_on_the_log_scale(groups: list[list[float]], shift: int) -> None:
    values: dict[str, list[float | None]] = {str(c): list(many) for c, many in enumerate(groups)}
    moved: dict[str, list[float | None]] = {c: [v + shift for v in many if v] for c, many in values.items()}
    before, after = (outcome(measurements(v, "cultures", scale="log2")) for v in (values, moved))
    for role in ("primary", "as_published", "sensitivity"):
        for old, new in zip(*(rows_of(x, "pairwise_tests", role=role) for x in (before, after)), strict=True):
            for name in ("pvalue", "padj", "ratio", "effect_size"):
                assert_same(new[name], old[name])
