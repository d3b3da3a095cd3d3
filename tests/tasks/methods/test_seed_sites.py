from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.seed_sites import SITE_TYPES, seed_sites

COMPLEMENT = {"A": "U", "U": "A", "C": "G", "G": "C"}
MIR_21 = "UAGCUUAUCAGACUGAUGUUGA"
SITE_8MER = "AUAAGCUA"  # pairs nucleotides 2-8 of miR-21, A opposite the first
LETTERS = "ACGUTNacgu"


def reverse_complement(rna: str) -> str:
    return "".join(COMPLEMENT[letter] for letter in reversed(rna))


def by_pattern(mirna: str, target: str, *, circular: bool, six: bool) -> set[tuple[int, str]]:
    """Sites by regular expressions on text; t1 counted from 0."""
    plain = target.upper().replace("T", "U")
    if circular and len(plain) < 8:
        return set()
    seven = reverse_complement(mirna.upper().replace("T", "U")[1:8])
    length = len(plain)
    text = (plain[-7:] + plain) if circular else f"N{plain}N"
    shift = 7 if circular else 1
    found = set()
    for match in re.finditer(f"(?=(.){seven[1:]}(.))", text):
        t1 = match.start() + 7 - shift
        if t1 >= length + (not circular):
            continue
        pairs, is_a = match[1] == seven[0], match[2] == "A"
        kind = "8mer" if pairs and is_a else "7mer-m8" if pairs else "7mer-A1" if is_a else "6mer"
        if kind != "6mer" or six:
            found.add((t1, kind))
    return found


def found(
    mirnas: list[str], targets: list[str], circular: list[bool], *, six: bool = False
) -> set[tuple[int, int, int, str]]:
    frame = seed_sites(mirnas, targets, circular, with_6mers=six)
    assert not frame.is_duplicated().any()
    return {(m, s, t1, SITE_TYPES[kind]) for m, s, t1, kind in frame.rows()}


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("GGGG" + SITE_8MER + "GGGG", "8mer"),
        ("GGGG" + SITE_8MER[:-1] + "GGGG", "7mer-m8"),
        ("GGGG" + "C" + SITE_8MER[1:] + "GGGG", "7mer-A1"),
        ("GGGG" + "C" + SITE_8MER[1:-1] + "GGGG", "6mer"),
    ],
)
@pytest.mark.parametrize("letters", ["rna", "dna", "lower"])
def test_the_four_types_of_lewis_and_grimson(target: str, kind: str, letters: str) -> None:
    written = target.replace("U", "T") if letters == "dna" else target.lower() if letters == "lower" else target
    assert found([MIR_21], [written], [False], six=True) == {(0, 0, 11, kind)}
    assert found([MIR_21.replace("U", "T")], [written], [False]) == ({(0, 0, 11, kind)} if kind != "6mer" else set())


def test_a_linear_end_counts_as_neither_pair_nor_a() -> None:
    assert found([MIR_21], [SITE_8MER[:-1]], [False]) == {(0, 0, 7, "7mer-m8")}
    assert found([MIR_21], [SITE_8MER[1:]], [False]) == {(0, 0, 6, "7mer-A1")}
    assert found([MIR_21], [SITE_8MER[1:-1]], [False], six=True) == {(0, 0, 6, "6mer")}


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_site_across_the_junction_is_found_in_circles_only(cut: int) -> None:
    opened = SITE_8MER[cut:] + "GGGGCCCC" + SITE_8MER[:cut]
    assert (0, 0, 7 - cut, "8mer") in found([MIR_21], [opened], [True])
    assert (0, 0, 7 - cut, "8mer") not in found([MIR_21], [opened], [False])


def test_circles_shorter_than_a_site_have_none_and_one_as_long_has_its_own() -> None:
    assert found([MIR_21], [SITE_8MER[:7], "", "A"], [True] * 3, six=True) == set()
    assert found([MIR_21], [SITE_8MER[3:] + SITE_8MER[:3]], [True]) == {(0, 0, 4, "8mer")}


@pytest.mark.parametrize("letter", "NRYKMSWBDHVX-")
def test_ambiguous_letters_pair_with_nothing(letter: str) -> None:
    for at in range(1, 7):
        assert found([MIR_21], [f"GG{SITE_8MER[:at]}{letter}{SITE_8MER[at + 1 :]}GG"], [True], six=True) == set()
    assert found([MIR_21], [f"GG{letter}{SITE_8MER[1:]}GG"], [False]) == {(0, 0, 9, "7mer-A1")}
    assert found([MIR_21], [f"GG{SITE_8MER[:-1]}{letter}GG"], [False]) == {(0, 0, 9, "7mer-m8")}


def test_a_mirna_without_a_whole_seed_has_no_site() -> None:
    assert found(["UAGCUUA", "UAGCNUAUCAGA", ""], ["GG" + SITE_8MER], [False], six=True) == set()
    assert seed_sites([], [], []).is_empty()


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_sites_are_those_that_patterns_find(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    mirnas = ["".join(rng.choice(list("ACGU"), data.draw(st.integers(8, 24)))) for _ in range(6)]
    targets = data.draw(st.lists(st.text(LETTERS, max_size=40), max_size=6))
    targets += [
        reverse_complement(m[1:8])[k:] + "A" * data.draw(st.integers(0, 3)) + t + reverse_complement(m[1:8])[:k]
        for k, (m, t) in enumerate(zip(mirnas, targets, strict=False))
    ]
    circular = [data.draw(st.booleans()) for _ in targets]
    six = data.draw(st.booleans())
    expected = {
        (m, s, t1, kind)
        for m, mirna in enumerate(mirnas)
        for s, target in enumerate(targets)
        for t1, kind in by_pattern(mirna, target, circular=circular[s], six=six)
    }
    assert found(mirnas, targets, circular, six=six) == expected


@settings(deadline=None, max_examples=30)
@given(st.text("ACGU", min_size=8, max_size=60), st.integers(0, 59))
def test_where_a_circle_is_opened_does_not_matter(circle: str, cut: int) -> None:
    cut %= len(circle)
    turned = circle[cut:] + circle[:cut]
    mirnas = [MIR_21, "".join(COMPLEMENT[x] for x in reversed(circle[:8])) + "AAAA"]
    one, other = found(mirnas, [circle], [True], six=True), found(mirnas, [turned], [True], six=True)
    assert {(m, (t1 - cut) % len(circle), kind) for m, _, t1, kind in one} == {
        (m, t1, kind) for m, _, t1, kind in other
    }


def test_chunks_do_not_matter_and_mirnas_of_one_seed_have_the_same_sites() -> None:
    rng = np.random.default_rng(4)
    mirnas = ["".join(rng.choice(list("ACGU"), 22)) for _ in range(40)]
    mirnas.append(mirnas[0][:8] + "CCCCCCCCCCCC")  # the same seed
    targets = ["".join(rng.choice(list("ACGU"), n)) for n in rng.integers(0, 900, 60)]
    circular = [bool(i % 2) for i in range(60)]
    sites = seed_sites(mirnas, targets, circular)
    assert seed_sites(mirnas, targets, circular, chunk=700).equals(sites)
    assert sites.filter(mirna=0).height > 0
    assert sites.filter(mirna=0).drop("mirna").equals(sites.filter(mirna=40).drop("mirna"))
