from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.named_lists import Names, contrast_list, known_genes, left_out, whole_list

UNITS = pl.DataFrame({"feature_id": [f"E{i}" for i in range(8)], "gene": ["BAX", "BCL2", "CASP3", "TP53", *"WXYX"]})
ALIASES = pl.DataFrame({"alias": ["P53", "TRP53", "OLDSET"], "symbol": ["TP53", "TP53", "SETGENE"]})
NAMES = Names(UNITS, ALIASES)
TESTS = pl.DataFrame(
    [("up", 0.01), ("ns", 0.5), ("down", 0.02), ("up", None), ("ns", 0.3), ("ns", 0.001), ("ns", 0.2), ("down", 0.04)],
    schema={"direction": pl.String, "pvalue": pl.Float64},
    orient="row",
).with_columns(feature_id=UNITS["feature_id"], library=pl.lit("gene"))
SETS = pl.DataFrame({"gene": ["BAX", "CASP3", "X", None], "symbol": ["BAX", "CASP3", "X", "SETGENE"]})


def members(genes: list[str], background: list[str] | None = None) -> pl.DataFrame:
    rows = [(g, "genes") for g in genes] + [(g, "background") for g in background or []]
    return pl.DataFrame(rows, schema={"symbol": pl.String, "role": pl.String}, orient="row")


def test_a_list_drawn_from_tested_genes_is_itself_and_its_changed_genes() -> None:
    given = members(["bax", "BCL2", "P53", "X", "NOSUCH"])
    found = contrast_list("death", "tested", given, TESTS, SETS, NAMES)
    assert [(one.name, one.genes.to_list()) for one in found.lists] == [
        ("death", ["BAX", "BCL2", "X"]),
        ("death_changed", ["BAX", "X"]),  # X by its second feature
    ]
    assert found.lists[0].background.to_list() == ["BAX", "BCL2", "CASP3", "W", "X", "Y"]
    assert found.genes.sort("symbol").rows() == [
        ("BCL2", "BCL2", None, "ns"),
        ("NOSUCH", None, "not_in_study", None),
        ("P53", "TP53", "not_in_background", None),
        ("X", "X", None, "down"),
        ("bax", "BAX", None, "up"),
    ]


def test_genes_that_are_left_out_are_counted_and_named() -> None:
    genes = contrast_list("death", "tested", members(["BAX", "P53", "NO1", "NO2"]), TESTS, SETS, NAMES).genes
    (told,) = left_out("death", genes, "tested")
    assert told.message == (
        "of 4 genes of the list death 2 are no genes of the study (NO1, NO2) and 1 was not tested (P53)"
    )
    assert left_out("death", genes.filter(symbol="BAX"), "tested") == []


@pytest.mark.parametrize(
    ("drawn_from", "background", "changed"),
    [("annotated", ["BAX", "BCL2", "CASP3", "W", "X", "Y"], ["BAX", "CASP3"]), ("b.txt", ["BAX", "BCL2"], ["BAX"])],
)
def test_changed_genes_keep_the_background_that_the_list_declares(
    drawn_from: str, background: list[str], changed: list[str]
) -> None:
    given = members(["BAX", "BCL2", "CASP3"], ["BAX", "BCL2", "TP53", "ELSE"])
    (one,) = contrast_list("death", drawn_from, given, TESTS, SETS, NAMES).lists
    assert (one.name, one.drawn_from) == ("death_changed", drawn_from)
    assert (one.background.to_list(), one.genes.to_list()) == (background, changed)


def test_a_list_of_no_contrast_counts_genes_that_the_study_lacks() -> None:
    units = known_genes(UNITS, SETS["symbol"], ALIASES)
    assert units["gene"].to_list() == [*UNITS["gene"], "SETGENE"]
    sets = SETS.with_columns(gene=pl.col("symbol"))
    found = whole_list("death", "annotated", members(["BAX", "OLDSET", "BCL2"]), sets, Names(units, ALIASES))
    (one,) = found.lists
    assert one.genes.to_list() == ["BAX", "SETGENE"]
    assert found.genes.filter(symbol="BCL2")["na_reason"].to_list() == ["not_in_background"]
    given = members(["BAX", "AAA", "BCL2"], ["AAA", "BAX"])
    file = known_genes(UNITS, given.filter(role="background")["symbol"], ALIASES)
    (one,) = whole_list("death", "b.txt", given, sets, Names(file, ALIASES)).lists
    assert (one.genes.to_list(), one.background.to_list()) == (["AAA", "BAX"], ["AAA", "BAX"])


def test_an_empty_list_and_no_test_are_answers() -> None:
    found = contrast_list("death", "tested", members([]), TESTS.clear(), SETS, NAMES)
    assert [len(one.genes) for one in found.lists] == [0, 0]
    assert found.genes.is_empty()
