"""A planned test carried out on families that share a layout: statistics, corrections, effect sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.methods import effect_sizes, group_model, multiplicity, rank_block_tests, rank_tests, welch_tests
from tasks.methods.factorial_model import factor_cells, two_way
from tasks.methods.group_results import Floats, Omnibus, Pair, stacked
from tasks.methods.group_test_plans import Plan, Question

Codes = tuple[int, int]
T_TESTS = ("student_t", "welch_t", "paired_t", "blocked_t")
_WHOLE_EFFECTS = {
    "student_t": "cohen_d",
    "welch_t": "cohen_d",
    "paired_t": "cohen_dz",
    "blocked_t": "partial_eta_squared",
    "mann_whitney": "rank_biserial",
    "wilcoxon_signed_rank": "rank_biserial",
    "one_way_anova": "eta_squared",
    "welch_anova": "eta_squared",
    "randomised_block_anova": "partial_eta_squared",
    "two_way_anova": "partial_eta_squared",
    "kruskal_wallis": "epsilon_squared",
    "friedman": "kendall_w",
}
_PAIR_EFFECTS = {
    "student_t": "hedges_g",
    "pooled_t": "hedges_g",
    "welch_t": "hedges_g",
    "paired_t": "hedges_gz",
    "blocked_t": "hedges_g_within",
    "block_pooled_t": "hedges_g_within",
    "mann_whitney": "rank_biserial",
    "dunn": "rank_biserial",
    "wilcoxon_signed_rank": "rank_biserial",
}


@dataclass(frozen=True)
class Effect:
    """Effect sizes of a test, one per family, with their confidence limits; ``name`` is null where there is none.

    ``omega`` is ω² of an F-test, NaN for others.
    """

    name: str | None
    size: Floats
    low: Floats
    high: Floats
    omega: Floats


@dataclass(frozen=True)
class Corrected:
    """Adjusted p-values and confidence limits of pairs x families; ``least`` is the least adjusted p."""

    padj: Floats
    ci_low: Floats
    ci_high: Floats
    least: Floats
    family_size: int


def whole_tests(
    plan: Plan, values: Floats, conditions: Sequence[str], present: Sequence[str], question: Question
) -> list[tuple[str | None, Omnibus, Floats]]:
    """The omnibus tests of a plan: term (two-way analysis only), result, and what turns t into Cohen's d.

    ``values``: units x families; ``conditions``: of each unit; ``present``: groups with enough units.
    """
    count, nothing = values.shape[1], np.full(values.shape[1], np.nan)
    codes = [present.index(c) for c in conditions]
    if plan.omnibus == "two_way_anova":
        cells = factor_cells(question.factors, question.conditions)
        if isinstance(cells, tuple) and len(present) < len(question.conditions):
            cells = "empty_cell"
        if isinstance(cells, str):
            return [(None, Omnibus.undefined(count, cells), nothing)]
        names, levels = cells
        of_unit = [levels[question.conditions.index(c)] for c in conditions]
        first, second = ([level[i] for level in of_unit] for i in (0, 1))
        found = two_way(values, first, second, plan.blocks)
        return [(term, test, nothing) for term, test in zip((*names, ":".join(names)), found, strict=True)]
    if plan.omnibus == "one_way_anova":
        return [(None, group_model.omnibus(group_model.fit(values, codes)), nothing)]
    if plan.omnibus == "randomised_block_anova":
        return [(None, group_model.omnibus(group_model.fit(values, codes, plan.blocks)), nothing)]
    if plan.omnibus == "welch_anova":
        return [(None, welch_tests.welch_anova(values, codes), nothing)]
    if plan.omnibus == "kruskal_wallis":
        return [(None, rank_tests.kruskal_wallis(values, codes), nothing)]
    if plan.omnibus == "friedman":
        return [(None, rank_block_tests.friedman(_table(values, codes, plan.blocks[0])), nothing)]
    pair = pair_tests(plan, values, codes, [(0, 1)])[0]
    is_t = plan.omnibus in T_TESTS
    df1 = np.ones(count) if is_t else nothing
    whole = Omnibus(pair.statistic, df1, pair.df, pair.pvalue, pair.na_reason, pair.effect, pair.least_pvalue)
    return [(None, whole, pair.unit)]


def _table(values: Floats, codes: Sequence[int], labels: Sequence[str]) -> Floats:
    """Blocks x groups x families."""
    blocks = list(dict.fromkeys(labels))
    found = np.full((len(blocks), max(codes) + 1, values.shape[1]), np.nan)
    for unit, (label, code) in enumerate(zip(labels, codes, strict=True)):
        found[blocks.index(label), code] = values[unit]
    return found


def pair_tests(plan: Plan, values: Floats, codes: Sequence[int], pairs: Sequence[Codes]) -> list[Pair]:
    """The pairwise tests of a plan, uncorrected, for pairs (a, b) of codes."""
    if plan.pairwise in ("student_t", "pooled_t", "block_pooled_t", "blocked_t"):
        model = group_model.fit(values, codes, plan.blocks)
        return [group_model.pair(model, a, b) for a, b in pairs]
    if plan.pairwise == "paired_t":
        table = _table(values, codes, plan.blocks[0])
        return [_paired(table[:, [a, b]]) for a, b in pairs]
    if plan.pairwise == "welch_t":
        return [welch_tests.welch_pair(values, codes, a, b) for a, b in pairs]
    if plan.pairwise == "mann_whitney":
        return [rank_tests.mann_whitney(values, codes, a, b) for a, b in pairs]
    if plan.pairwise == "dunn":
        return [rank_tests.dunn(values, codes, a, b) for a, b in pairs]
    table = _table(values, codes, plan.blocks[0])
    if plan.pairwise == "friedman_ranks":
        return [rank_block_tests.friedman_pair(table, a, b) for a, b in pairs]
    return [rank_block_tests.signed_ranks(table[:, a], table[:, b]) for a, b in pairs]


def _paired(table: Floats) -> Pair:
    """Paired t-test as the model with blocks; Cohen's d_z is the mean difference by the SD of the differences."""
    count = len(table)
    labels = [str(block) for block in range(count)] * 2
    flat = np.concatenate([table[:, 0], table[:, 1]])
    found = group_model.pair(group_model.fit(flat, [0] * count + [1] * count, [labels]), 0, 1)
    unit = np.full(table.shape[2], 1 / np.sqrt(count))
    return Pair(**(vars(found) | {"unit": unit}))


def corrected(
    plan: Plan,
    pairs: Sequence[Pair],
    *,
    groups: int,
    alpha: float,
    family_size: int,
    correlation: Floats | None,
) -> Corrected:
    """Correct the tested pairs of a plan. ``correlation`` of the differences is needed by Dunnett's test.

    Holm's p-values go with Bonferroni's (wider) confidence intervals, which agree with them on the
    first step only. Rank tests have none.
    """
    statistic, pvalue, df, spread, difference, least = (
        stacked(pairs, name) for name in ("statistic", "pvalue", "df", "spread", "difference", "least_pvalue")
    )
    size = family_size
    if plan.correction in ("tukey", "games_howell"):
        size = groups * (groups - 1) // 2
        padj = multiplicity.tukey(statistic, pvalue, df, groups)
        width = multiplicity.tukey_width(alpha, df, groups)
    elif plan.correction == "dunnett" and correlation is not None:
        padj = multiplicity.dunnett(statistic, pvalue, df, correlation)
        width = multiplicity.dunnett_width(alpha, df, correlation)
    else:
        size = 1 if plan.correction == "none" else family_size
        padj = (multiplicity.holm if plan.correction == "holm" else multiplicity.bonferroni)(pvalue, size)
        width = multiplicity.t_width(alpha / size, df)
        size = family_size
    half = np.where(np.isnan(statistic), np.nan, width * spread)
    factor = 1 if plan.correction == "none" else size
    return Corrected(padj, difference - half, difference + half, np.minimum(least * factor, 1.0), size)


def whole_effect(plan: Plan, test: Omnibus, unit: Floats, alpha: float) -> Effect:
    """Effect size of an omnibus test: d (limits at 1 - alpha), η² (at 1 - 2 alpha), or that of ranks (no limits)."""
    name, nothing = _WHOLE_EFFECTS[str(plan.omnibus)], np.full_like(test.effect, np.nan)
    if name in ("cohen_d", "cohen_dz"):
        limits = effect_sizes.noncentrality_of_t(test.statistic, test.df2, 1 - alpha)
        return Effect(name, test.statistic * unit, limits[0] * unit, limits[1] * unit, nothing)
    if name in ("eta_squared", "partial_eta_squared"):
        f = test.statistic**2 if plan.omnibus in T_TESTS else test.statistic
        low, high = effect_sizes.explained_variance_limits(f, test.df1, test.df2, alpha)
        omega = effect_sizes.omega_squared(f, test.df1, test.df2)
        return Effect(name, f * test.df1 / (f * test.df1 + test.df2), low, high, omega)
    return Effect(name, test.effect, nothing, nothing, nothing)


def pair_effect(plan: Plan, test: Pair, alpha: float) -> Effect:
    """Effect size of a pairwise test: Hedges' g with limits at 1 - alpha, not adjusted, or that of ranks."""
    name, nothing = _PAIR_EFFECTS.get(plan.pairwise), np.full_like(test.effect, np.nan)
    if name is None or name == "rank_biserial":
        return Effect(name, test.effect, nothing, nothing, nothing)
    factor = effect_sizes.hedges_correction(test.df) * test.unit
    low, high = effect_sizes.noncentrality_of_t(test.statistic, test.df, 1 - alpha)
    return Effect(name, test.statistic * factor, low * factor, high * factor, nothing)
