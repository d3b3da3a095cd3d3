from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.mirna_names import Found, MirnaNames, canonical

STUDY = [
    "hsa-miR-21-5p",
    "hsa-miR-21-3p",
    "hsa-miR-375",
    "hsa-miR-155-5p",
    "hsa-let-7a-5p",
    "hsa-let-7b-5p",
    "hsa-let-7a-3p",
]
KNOWN = pl.DataFrame(
    [
        ("MIMAT0000076", "hsa-miR-21-5p", "UAGCUUAUCAGACUGAUGUUGA"),
        ("MIMAT0000076", "hsa-miR-21", None),
        ("MIMAT0004494", "hsa-miR-21-3p", "CAACACCAGUCGAUGGGCUGU"),
        ("MIMAT0004494", "hsa-miR-21*", None),
        ("MIMAT0000728", "hsa-miR-375-3p", "UUUGUUCGUUCGGCUCGCGUGA"),
        ("MIMAT0000728", "hsa-miR-375", None),
        ("MIMAT0037313", "hsa-miR-375-5p", "GCGACGAGCCCCUCGCACAAACC"),
        ("MIMAT0000646", "hsa-miR-155-5p", "UUAAUGCUAAUCGUGAUAGGGGUU"),
        ("MIMAT0009999", "hsa-miR-9999", "UUAAUGCUAAUCGUGAUAGGG"),
        ("MIMAT0000001", "hsa-miR-old", None),
        ("MIMAT0000002", "hsa-miR-old", None),
    ],
    schema=["accession", "name", "sequence"],
    orient="row",
)


def found(name: str, known: pl.DataFrame | None = None) -> tuple[set[str], str | None, str | None]:
    one = MirnaNames(STUDY, known).find(name)
    return set(one.features), one.rule, one.na_reason


@pytest.mark.parametrize(
    "name", ["hsa-miR-21-5p", "HSA-MIR-21-5P", "hsa-mir-21-5p", "hsa_miR_21_5p", "miR-21-5p", " mir-21-5p "]
)
def test_case_dashes_and_the_species_do_not_matter(name: str) -> None:
    assert found(name) == ({"hsa-miR-21-5p"}, "exact", None)


@pytest.mark.parametrize("name", ["", " ", "|", "\t|hsa-miR-21-5p"])
def test_an_empty_name_is_no_mirna(name: str) -> None:
    assert canonical(name) == ""
    assert found(name) == (set(), None, "not_in_study")


@pytest.mark.parametrize(
    "name", ["hsv1-miR-H6-3p", "hhv6b-miR-Ro6-1", "ebv-miR-BART5-5p", "mghv-miR-M1-1", "hsv1-mir-H6"]
)
def test_a_virus_is_another_species_though_its_prefix_has_digits(name: str) -> None:
    assert found(name) == (set(), None, "other_species")
    assert MirnaNames([name.replace("mir", "miR")]).species == name.partition("-")[0]


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        (["hsa-mir-21", "hsa-mir-375"], set()),
        (["hsa-mir-21", "hsa-miR-21"], {"hsa-miR-21"}),
        (["hsa-mir-21", "hsa-mir-155-5p"], {"hsa-mir-21"}),
    ],
    ids=["precursors", "both", "folded case"],
)
def test_counted_precursors_are_no_mature_mirnas(counted: list[str], expected: set[str]) -> None:
    assert MirnaNames(counted).find("hsa-miR-21").features == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MIMAT0000076", ({"hsa-miR-21-5p"}, "accession", None)),
        ("hsa-miR-21", ({"hsa-miR-21-5p"}, "alias", None)),
        ("hsa-miR-21*", ({"hsa-miR-21-3p"}, "alias", None)),
        ("hsa-miR-375-3p", ({"hsa-miR-375"}, "alias", None)),
        ("hsa-miR-375-5p", (set(), None, "ambiguous_arm")),
        ("hsa-miR-155", ({"hsa-miR-155-5p"}, "only_arm", None)),
        ("hsa-miR-9999", (set(), None, "not_in_study")),
        ("MIMAT0009999", (set(), None, "not_in_study")),
        ("MIMAT7777777", (set(), None, "unknown_accession")),
        ("hsa-miR-old", (set(), None, "ambiguous_name")),
        ("mmu-miR-21a-5p", (set(), None, "other_species")),
    ],
)
def test_releases_of_mirbase_are_bridged_by_accession(
    name: str, expected: tuple[set[str], str | None, str | None]
) -> None:
    assert found(name, KNOWN) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hsa-miR-21", (set(), None, "ambiguous_arm")),
        ("hsa-miR-21*", (set(), None, "ambiguous_arm")),
        ("hsa-miR-155", ({"hsa-miR-155-5p"}, "only_arm", None)),
        ("hsa-miR-375-3p", (set(), None, "ambiguous_arm")),
        ("MIMAT0000076", (set(), None, "unknown_accession")),
    ],
)
def test_without_names_of_mirbase_an_arm_is_never_guessed(
    name: str, expected: tuple[set[str], str | None, str | None]
) -> None:
    assert found(name) == expected


@pytest.mark.parametrize(
    ("name", "features"),
    [
        ("miR-21-5p/590-5p", {"hsa-miR-21-5p"}),
        ("let-7-5p/miR-98-5p", {"hsa-let-7a-5p", "hsa-let-7b-5p"}),
        ("let-7ab-5p", {"hsa-let-7a-5p", "hsa-let-7b-5p"}),
        ("let-7-5p", {"hsa-let-7a-5p", "hsa-let-7b-5p"}),
        ("hsa-miR-21-3p.1", {"hsa-miR-21-3p"}),
        ("let-7/98/4458", {"hsa-let-7b-5p"}),
    ],
)
def test_families_of_targetscan_and_mircode_are_their_members(name: str, features: set[str]) -> None:
    assert MirnaNames(STUDY).find(name).features == features


def test_features_may_be_accessions() -> None:
    assert MirnaNames(["MIMAT0000076"], KNOWN).find("hsa-miR-21") == Found(frozenset({"MIMAT0000076"}), "alias")


def test_every_name_of_a_release_finds_itself(shared: Path) -> None:
    text = gzip.decompress((shared / "annotation/mirbase_v21_hsa_mature_names.txt.gz").read_bytes()).decode()
    names = MirnaNames(text.split())
    assert len(text.split()) == 2588
    assert all(names.find(name).features == {name} for name in text.split())
    assert names.species == "hsa"


@given(st.text(max_size=30))
def test_any_text_has_features_or_a_reason(name: str) -> None:
    one = MirnaNames(STUDY, KNOWN).find(name)
    assert bool(one.features) != bool(one.na_reason)
    assert bool(one.features) == bool(one.rule)
    assert canonical(canonical(name)) == canonical(name) or "." in name
