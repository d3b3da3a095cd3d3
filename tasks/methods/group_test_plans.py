"""Which tests a family of groups gets, in which role: by its layout of donors and plates and by what the study asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

TWO_GROUPS = 2
APPROACHES = {  # what a test assumes, by the name it has in study.yaml
    "one_way_anova": "means",
    "randomised_block_anova": "means",
    "two_way_anova": "means",
    "student_t": "means",
    "paired_t": "means",
    "welch_anova": "welch",
    "welch_t": "welch",
    "kruskal_wallis": "ranks",
    "friedman": "ranks",
    "mann_whitney": "ranks",
    "wilcoxon_signed_rank": "ranks",
}
NEEDS_BLOCKS = ("randomised_block_anova", "paired_t", "friedman", "wilcoxon_signed_rank")
STEPWISE = ("bonferroni", "holm", "none")  # corrections that go with any test
PAIRWISE = {"means": "pooled_t", "welch": "welch_t", "ranks": "dunn"}
PLAIN = {"means": "one_way_anova", "welch": "welch_anova", "ranks": "kruskal_wallis"}
PLAIN_TWO = {"means": "student_t", "welch": "welch_t", "ranks": "mann_whitney"}


@dataclass(frozen=True)
class Question:
    """What a comparison asks: conditions in display order, pairs as (earlier, later), and how.

    ``factors``: levels by factor of each condition, for the two-way analysis.
    """

    conditions: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    alpha: float
    design: str
    primary_time_h: float | None
    omnibus: str = "one_way_anova"
    posthoc: str = "bonferroni"
    two_groups: str = "auto"
    sensitivity: tuple[str, ...] = ()
    factors: Mapping[str, Mapping[str, float | str | bool]] = field(default_factory=dict)

    @property
    def is_two(self) -> bool:
        """Whether two conditions are compared."""
        return len(self.conditions) == TWO_GROUPS

    @property
    def test(self) -> str:
        """The test asked for, by its name in study.yaml."""
        return self.two_groups if self.is_two and self.two_groups != "auto" else self.omnibus


@dataclass(frozen=True)
class Layout:
    """What the units of a family are, aside from their values; ``n_unit`` is what n counts."""

    n_unit: str
    conditions: tuple[str, ...]
    donors: tuple[str, ...]
    blocks: tuple[str, ...]
    is_averaged: bool

    @property
    def is_complete(self) -> bool:
        """Whether every donor occurs in every group."""
        donors: dict[str, set[str]] = {}
        for condition, donor in zip(self.conditions, self.donors, strict=True):
            donors.setdefault(condition, set()).add(donor)
        return len({frozenset(d) for d in donors.values()}) == 1


@dataclass(frozen=True)
class Plan:
    """One omnibus test with its pairwise tests, their role and the words for both.

    ``blocks``: factors held constant; rank tests and separate paired tests have one, with each
    group once in each block. ``scale``: null for the family's own. ``refusal``: why it cannot be done.
    """

    role: str
    omnibus: str | None
    pairwise: str
    correction: str
    note: str
    blocks: tuple[tuple[str, ...], ...] = ()
    scale: str | None = None
    refusal: str | None = None


def has_partial_overlap(layout: Layout) -> bool:
    """Whether some donors, but not all, recur across the groups."""
    groups = Counter(dict.fromkeys(zip(layout.conditions, layout.donors, strict=True), 1).keys())
    recurring = Counter(donor for _, donor in groups)
    return layout.n_unit == "donor" and max(recurring.values(), default=0) > 1 and not layout.is_complete


def matched_blocks(layout: Layout) -> tuple[str, ...] | None:
    """Labels of blocks that hold each group just once: donors that lie on one plate each, or plates; else null."""

    def is_matched(labels: Sequence[str]) -> bool:
        cells = Counter(zip(labels, layout.conditions, strict=True))
        return len(cells) == len(set(labels)) * len(set(layout.conditions)) and set(cells.values()) == {1}

    plates = dict(zip(layout.donors, layout.blocks, strict=True))
    is_within = all(plates[d] == b for d, b in zip(layout.donors, layout.blocks, strict=True))
    if layout.n_unit == "donor" and is_within and is_matched(layout.donors):
        return layout.donors
    return layout.blocks if len(set(layout.blocks)) > 1 and is_matched(layout.blocks) else None


def plans(layout: Layout, question: Question) -> list[Plan]:
    """The primary test of a layout, the plain one as published where that holds blocks constant, and sensitivity tests.

    Donors are a block if every donor occurs in every compared condition (``auto``), or if the study
    says ``blocked`` or asks for a test that needs them; plates or membranes are a block wherever
    units lie on different ones.
    """
    needs_blocks = question.test in NEEDS_BLOCKS
    factors: list[tuple[str, ...]] = []
    notes = []
    is_blocked = question.design == "blocked" or needs_blocks or (question.design == "auto" and layout.is_complete)
    if layout.n_unit == "donor" and is_blocked:
        factors.append(layout.donors)
        whole = "donor as block: every donor occurs in every group"
        notes.append(whole if layout.is_complete else "donor as incomplete block")
    is_paired = bool(factors) and layout.is_complete and question.is_two
    if len(set(layout.blocks)) > 1:
        factors.append(layout.blocks)
        is_paired = False
        notes.append("plate or membrane as block")
    unit = _unit_note(layout)
    approach = APPROACHES[question.test]
    has_blocks = bool(factors) or needs_blocks
    plain = Plan(
        role="as_published" if has_blocks else "primary",
        omnibus="two_way_anova" if _is_two_way(question) else _either(question, PLAIN_TWO, PLAIN, approach),
        pairwise=_plain_pairwise(question, approach),
        correction=_correction(question, approach),
        note=f"{unit}; independent groups" + (", blocks ignored" if factors else ""),
    )
    found = [plain]
    if has_blocks:
        note = "; ".join([unit, *notes])
        blocked = _ranks_in_blocks(layout, question, note) if approach == "ranks" else None
        found.insert(0, blocked or _means_in_blocks(layout, question, tuple(factors), note, is_paired=is_paired))
    return [*found, *_sensitivity(layout, question, found[0], approach, has_factors=bool(factors))]


def _is_two_way(question: Question) -> bool:
    return question.omnibus == "two_way_anova" and not question.is_two


def _either(question: Question, two: Mapping[str, str], more: Mapping[str, str], approach: str) -> str:
    return (two if question.is_two else more)[approach]


def _plain_pairwise(question: Question, approach: str) -> str:
    if question.is_two:
        return PLAIN_TWO[approach]
    return {"games_howell": "welch_t", "dunn": "dunn"}.get(question.posthoc, PAIRWISE[approach])


def _correction(question: Question, approach: str) -> str:
    if question.is_two or len(question.pairs) == 1:
        return "none"
    if question.posthoc in STEPWISE:
        return question.posthoc
    suits = {"tukey": "means", "dunnett": "means", "games_howell": "means welch"}.get(question.posthoc, "")
    return question.posthoc if approach in suits.split() else "bonferroni"


def _unit_note(layout: Layout) -> str:
    unit = (
        "n = donors"
        if layout.n_unit == "donor"
        else "n = cultures: a condition has one donor or donors are not stated, so the result speaks for these cells"
    )
    return unit + ("; several cultures of a donor are averaged first" if layout.is_averaged else "")


def _means_in_blocks(
    layout: Layout, question: Question, factors: tuple[tuple[str, ...], ...], note: str, *, is_paired: bool
) -> Plan:
    test = "paired_t" if is_paired or question.test == "paired_t" else "blocked_t"
    correction = _correction(question, "means")
    if correction == "games_howell":
        correction, note = "tukey", f"{note}; Games-Howell has no form with blocks, so Tukey's on the pooled MSE"
    refusal = None
    if question.test in NEEDS_BLOCKS and not factors:
        refusal = "no_blocks"
    elif question.test == "paired_t" and not is_paired:
        refusal = None if layout.n_unit == "donor" and layout.is_complete else "incomplete_blocks"
        test = "blocked_t" if refusal is None else test
    more = "two_way_anova" if _is_two_way(question) else "randomised_block_anova"
    return Plan(
        role="primary",
        omnibus=test if question.is_two else more,
        pairwise=test if question.is_two else "block_pooled_t",
        correction=correction,
        note=note,
        blocks=factors,
        refusal=refusal,
    )


def _ranks_in_blocks(layout: Layout, question: Question, note: str) -> Plan:
    labels = matched_blocks(layout)
    is_two = question.is_two
    return Plan(
        role="primary",
        omnibus="wilcoxon_signed_rank" if is_two else "friedman",
        pairwise="wilcoxon_signed_rank" if is_two else "friedman_ranks",
        correction=_correction(question, "ranks"),
        note=note,
        blocks=(labels,) if labels else (),
        refusal=None if labels else "incomplete_blocks",
    )


def _sensitivity(layout: Layout, question: Question, primary: Plan, approach: str, *, has_factors: bool) -> list[Plan]:
    """The tests under other assumptions that the study asks for and the layout allows."""
    labels, found = matched_blocks(layout), []
    base = replace(primary, role="sensitivity", refusal=None, blocks=())
    asked = question.sensitivity
    if "paired_t" in asked and has_factors and labels and approach == "means" and not question.is_two:
        note = f"{primary.note}; separate paired t-tests"
        correction = _correction(question, "ranks")
        found.append(
            replace(base, omnibus=None, pairwise="paired_t", correction=correction, note=note, blocks=(labels,))
        )
    if "ranks" in asked and approach != "ranks" and not has_factors:
        omnibus, pairwise = (
            _either(question, PLAIN_TWO, PLAIN, "ranks"),
            _either(question, PLAIN_TWO, PAIRWISE, "ranks"),
        )
        found.append(replace(base, omnibus=omnibus, pairwise=pairwise, correction=_correction(question, "ranks")))
    if "ranks" in asked and approach != "ranks" and has_factors:
        found.append(replace(_ranks_in_blocks(layout, question, primary.note), role="sensitivity"))
    if "welch" in asked and approach == "means" and not has_factors:
        omnibus, pairwise = (
            _either(question, PLAIN_TWO, PLAIN, "welch"),
            _either(question, PLAIN_TWO, PAIRWISE, "welch"),
        )
        found.append(replace(base, omnibus=omnibus, pairwise=pairwise, correction=_correction(question, "welch")))
    return found
