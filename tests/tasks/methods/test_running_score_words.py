from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tasks.methods.gene_rankings import NAMED
from tasks.methods.running_score_words import alt, caption, label, left_out, nothing, numbers, title

GIVEN = {
    "target": "exo",
    "reference": "il1b",
    "between": [],
    "collection": "GO_BP",
    "alpha": 0.05,
    "statistic": "DESeq2",
}
LISTS = pl.DataFrame(schema={"gene_list": pl.String, "role": pl.String, "is_excluded": pl.Boolean})


def terms(*names: str, **more: object) -> pl.DataFrame:
    row = {"nes": 2.0, "direction": "up", "padj": 0.01, "background_size": 1200, "family_size": len(names)}
    return pl.DataFrame([{"term_id": name, "term": name, **row, **more} for name in names])


@pytest.mark.parametrize(
    ("names", "said"),
    [(("a",), "of 1 set of GO_BP with nominal P < 0.05"), (("a", "b"), "of 2 sets of GO_BP with nominal P < 0.05")],
)
def test_the_caption_counts_in_words_that_fit(names: tuple[str, ...], said: str) -> None:
    text = caption(GIVEN, terms(*names), terms(*names), LISTS)
    assert said in text
    verb = "has" if len(names) == 1 else "have"
    assert f"{len(names)} of {len(names)} shown {verb} FDR < 0.05" in text
    assert "1,200 genes by DESeq2 statistic" in text
    assert "Running scores of 1 set, " in alt(GIVEN, terms("a"))


def test_only_lists_without_a_curve_are_named_with_their_reason() -> None:
    named: dict[str, Any] = GIVEN | {"collection": NAMED}
    rows = [("a", "genes", False), ("lost", "genes", False), ("a", "background", False), ("out", "genes", True)]
    lists = pl.DataFrame(rows, schema=LISTS.schema, orient="row")
    assert left_out(terms("a"), terms("a"), lists) == [
        "Not ranked, as no gene of it was tested or every one is in it: lost"
    ]
    both = pl.concat([terms("a"), terms("b", nes=None).cast(terms("a").schema)])
    assert left_out(terms("a"), both, lists.clear()) == [
        "Without NES, as no random set of its size scored at the same end: b"
    ]
    assert nothing(named, both.filter(term_id="b"), lists.clear()).startswith(
        "no list that study.yaml names has an NES; "
    )
    assert nothing(GIVEN, both, lists).startswith("no set of GO_BP gathers at an end of ")
    assert title(named).endswith(": named gene lists in the ranking")
    assert title(GIVEN).endswith(": sets of GO_BP at the ends of the ranking")


def test_a_label_has_a_minus_and_no_formula() -> None:
    assert label({"term": "a$b$", "nes": -1.5, "padj": 0.012}) == "a\\$b\\$\nNES −1.50, FDR 0.012"
    assert label({"term": "a", "nes": 1.5, "padj": 0.012}, "4") == "4. a\nNES 1.50, FDR 0.012"


def test_rows_are_numbered_where_an_end_has_more_terms_than_colours() -> None:
    up, down = terms(*"abc"), terms(*"abc", direction="down")
    assert numbers(pl.concat([up, down])) == [""] * 6
    assert numbers(pl.concat([up, terms("d"), down])) == list("1234567")
