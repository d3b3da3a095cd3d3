from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.seed_sites import SITE_TYPES, seed_sites
from tasks.methods.site_context import site_context

PAIRS = {("A", "U"), ("U", "A"), ("C", "G"), ("G", "C")}
MIR_21 = "UAGCUUAUCAGACUGAUGUUGA"


def letter(target: str, at: int, *, circular: bool) -> str:
    """A nucleotide of a target; ``-`` outside of a linear one."""
    if circular:
        return target[at % len(target)]
    return target[at] if 0 <= at < len(target) else "-"


def au_by_hand(target: str, t1: int, kind: str, *, circular: bool) -> float | None:
    """Grimson's figure 3B, one nucleotide after the other."""
    pairs_8, has_a = kind in ("8mer", "7mer-m8"), kind in ("8mer", "7mer-A1")
    total = score = 0.0
    used = 8 if has_a else 7
    for i in range(30):
        places = [(t1 - 8 - i, 1 / (i + 1) if pairs_8 else 1 / (i + 2), 8)]
        places.append((t1 + 1 + i, 1 / (i + 2), used) if has_a else (t1 + i, 1 / 2 if i == 0 else 1 / (i + 1), used))
        for at, weight, site in places:
            here = letter(target, at, circular=circular)
            if here == "-" or (circular and i >= len(target) - site):
                continue
            total += weight
            score += weight * (here in "AU")
    return score / total if total else None


def supplementary_by_hand(mirna: str, target: str, t1: int, kind: str, *, circular: bool) -> float:
    """Every offset, every run, one pair after the other."""
    first = 9 if kind in ("8mer", "7mer-m8") else 8
    reach = min(23, len(target)) if circular else 23
    positions = {k: letter(target, t1 - k + 1, circular=circular) for k in range(first, reach + 1)}
    best = 0.0
    for shift in range(-30, 31):  # target position minus nucleotide
        run: list[float] = []
        for nucleotide in range(first, len(mirna) + 2):
            here = positions.get(nucleotide + shift)
            paired = nucleotide <= len(mirna) and here is not None and (mirna[nucleotide - 1], here) in PAIRS
            if paired:
                run.append(1.0 if 13 <= nucleotide <= 16 else 0.5)
                if len(run) >= 2:
                    best = max(best, sum(run) - max(0.0, (abs(shift) - 2) / 2))
            else:
                run = []
    return best


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_context_is_what_counting_by_hand_gives(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    mirnas = [MIR_21, *("".join(rng.choice(list("ACGU"), rng.integers(8, 26))) for _ in range(4))]
    targets = [
        "".join(rng.choice(list("ACGUN"), rng.integers(0, 70), p=[0.24, 0.24, 0.24, 0.24, 0.04])) for _ in range(6)
    ]
    seeds = ["".join({"A": "U", "U": "A", "C": "G", "G": "C"}[x] for x in reversed(m[1:8])) for m in mirnas]
    targets = [t[: len(t) // 2] + seeds[i % 5] + t[len(t) // 2 :] for i, t in enumerate(targets)]
    circular = [bool(b) for b in rng.integers(0, 2, 6)]
    sites = seed_sites(mirnas, targets, circular, with_6mers=True)
    context = site_context(sites, mirnas, targets, circular)
    assert context.select(sites.columns).equals(sites)
    for row in context.iter_rows(named=True):
        target, kind, ring = targets[row["sequence"]], SITE_TYPES[row["site_type"]], circular[row["sequence"]]
        expected = au_by_hand(target, row["t1"], kind, circular=ring)
        assert row["au_content"] == (None if expected is None else pytest.approx(expected, abs=1e-12))
        mirna = mirnas[row["mirna"]]
        assert row["supplementary_score"] == supplementary_by_hand(mirna, target, row["t1"], kind, circular=ring)
        first = row["t1"] - (7 if kind in ("8mer", "7mer-m8") else 6)
        last = row["t1"] - (0 if kind in ("8mer", "7mer-A1") else 1)
        assert row["spans_junction"] == (ring and first < 0 <= last)


def test_a_fully_paired_target_has_the_highest_score() -> None:
    target = "GGG" + "".join({"A": "U", "U": "A", "C": "G", "G": "C"}[x] for x in reversed(MIR_21)) + "GGG"
    sites = seed_sites([MIR_21], [target], [False])
    context = site_context(sites, [MIR_21], [target], [False])
    assert context["supplementary_score"].to_list() == [4 + 0.5 * (len(MIR_21) - 8 - 4)]


def test_flanks_of_a_and_u_only_are_all_au_and_none_is_null() -> None:
    site = "AUAAGCUA"
    targets, circular = ["A" * 40 + site + "U" * 40, "G" * 40 + site + "C" * 40, site], [False, False, True]
    sites = seed_sites([MIR_21], targets, circular)
    context = site_context(sites, [MIR_21], targets, circular)
    assert context["au_content"].to_list() == [1.0, 0.0, None]


def test_no_site_has_no_context() -> None:
    context = site_context(seed_sites([MIR_21], ["GGG"], [False]), [MIR_21], ["GGG"], [False])
    assert context.is_empty()
    assert {"au_content", "supplementary_score", "spans_junction"} <= set(context.columns)
