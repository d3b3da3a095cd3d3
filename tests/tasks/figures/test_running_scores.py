from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from tasks.figures.running_scores import ALIASES, FEATURES, FIGURE, LISTS, SETS, TERMS, TESTS
from tasks.methods.gene_rankings import named_sets, ranked_terms, ranking
from tasks.methods.running_score_words import EACH, LISTED
from tests.tasks.figures.pictures import drawn, legend, simulated, study, words
from tests.tasks.methods.test_gene_rankings import NO_LISTS

COUNT = 300


def read(ups: int = 4, downs: int = 2, name: str = "set", contrast: str = "a") -> dict[str, pl.DataFrame]:
    """Tables of one contrast with sets at either end of its ranking and one all along it."""
    tests = simulated(COUNT, contrast=contrast).with_columns(stat=pl.col("log2_fold_change") * 3)
    features = tests.select("library", "feature_id", "symbol")
    order = ranking(tests, features)["gene"].to_list()
    members = {f"{name} up {i}": order[i : 40 + i : 3] for i in range(ups)}
    members |= {f"{name} down {i}": order[-1 - i : -45 : -3] for i in range(downs)}
    members[f"{name} flat"] = order[::20]
    rows = [(label, gene) for label, genes in members.items() for gene in genes]
    sets = pl.DataFrame(rows, schema=["set_name", "symbol"], orient="row").with_columns(
        set_id="set_name", collection=pl.lit("GO_BP"), object_id=pl.lit("f" * 64), is_excluded=pl.lit(value=False)
    )
    aliases = pl.DataFrame(schema={"alias": pl.String, "symbol": pl.String})
    terms = ranked_terms(ranking(tests, features), named_sets(sets, NO_LISTS, features, aliases), (5, 100), 200, 0.05)
    terms = terms.with_columns(contrast_id=pl.lit(contrast))
    return {TERMS: terms, TESTS: tests, SETS: sets, FEATURES: features, ALIASES: aliases, LISTS: NO_LISTS}


def running(ranks: list[int], weights: np.ndarray) -> np.ndarray:
    """The sum after each of all genes."""
    is_hit = np.isin(np.arange(1, COUNT + 1), ranks)
    return np.cumsum(np.where(is_hit, weights / weights[is_hit].sum(), -1 / (COUNT - len(ranks))))


def test_the_surest_sets_of_either_end_are_drawn_with_their_sums_genes_and_the_statistic() -> None:
    given = read()
    (part,) = FIGURE.parts(study(), given)
    drawing = drawn(FIGURE, part, given)
    hits = drawing.source.drop_nulls("term_id")
    terms = {row["term_id"]: row for row in given[TERMS].iter_rows(named=True)}
    names = hits["term_id"].unique(maintain_order=True).to_list()
    assert [terms[name]["nes"] > 0 for name in names] == [True] * EACH + [False] * 2
    assert "set flat" not in names
    curves, rows, metric = drawing.figure.axes
    weights = given[TESTS]["stat"].sort(descending=True).abs().to_numpy()
    lines = {str(line.get_label()): line for line in curves.get_lines()}
    for name in names:
        own = hits.filter(term_id=name)
        whole = running(own["rank"].to_list(), weights)
        np.testing.assert_allclose(own["after"], whole[own["rank"].to_numpy() - 1], atol=1e-12)
        farthest = max(own["after"].max(), -own["before"].min())  # type: ignore[type-var, operator]
        assert farthest == pytest.approx(abs(terms[name]["es"]), abs=1e-12)
        assert set(own.filter("is_leading")["gene"]) == set(terms[name]["genes"].split(";"))
        (line,) = (lines[text] for text in lines if text.startswith(f"{name}\n"))
        assert np.abs(line.get_ydata()).max() == pytest.approx(abs(terms[name]["es"]))
    assert sum(len(marks.get_segments()) for marks in rows.collections) == hits.height
    statistic = drawing.source.filter(pl.col("term_id").is_null())
    assert statistic["stat"].to_list() == sorted(given[TESTS]["stat"], reverse=True)
    assert metric.get_xlabel() == "rank of 300 genes"
    assert not any(text.get_text() for text in rows.get_yticklabels())  # colours tell six sets apart
    assert "genes of the sets in the order of the legend" in drawing.caption
    assert {"higher in IL-1β", "lower in IL-1β", "DESeq2\nstatistic"} <= words(drawing)
    score = f"{terms[names[-1]]['nes']:.2f}".replace("-", "−")
    assert legend(drawing)[-1].startswith(f"{names[-1]}\nNES {score}, FDR ")
    assert drawing.caption.startswith("IL-1β against Control: preranked gene set enrichment analysis, 300 genes")


def test_named_lists_are_drawn_whether_they_are_shifted_or_not() -> None:
    given = read(0, 0)
    flat = given[TERMS].with_columns(collection=pl.lit("enrichment.lists"))
    rows = given[SETS].select(gene_list="set_id", symbol="symbol", object_id="object_id", is_excluded="is_excluded")
    lists = rows.with_columns(role=pl.lit("genes"))
    tables = {**given, TERMS: flat, SETS: given[SETS].clear(), LISTS: lists}
    (part,) = FIGURE.parts(study(), tables)
    drawing = drawn(FIGURE, part, tables)
    assert drawing.source["term_id"].drop_nulls().unique().to_list() == ["set flat"]
    assert "of 1 ranked list that study.yaml names, whether their genes are shifted or not" in drawing.caption
    assert "Not shown" not in drawing.caption


def test_all_named_lists_are_drawn_up_to_a_number_and_the_others_are_named() -> None:
    given = read(0, 0)
    order = ranking(given[TESTS], given[FEATURES])["gene"].to_list()
    members = {f"list {i:02}": order[6 * i : 80 + 6 * i : 5] for i in range(LISTED + 1)}
    rows = [(name, "genes", gene, False, "a" * 64) for name, genes in members.items() for gene in genes]
    rows += [("strangers", "genes", "NO1", False, "a" * 64), ("withdrawn", "genes", "NO2", True, "a" * 64)]
    lists = pl.DataFrame(rows, schema=["gene_list", "role", "symbol", "is_excluded", "object_id"], orient="row")
    named = named_sets(given[SETS].clear(), lists, given[FEATURES], given[ALIASES])
    terms = ranked_terms(ranking(given[TESTS], given[FEATURES]), named, (5, 10), 200, 0.05)
    terms = terms.with_columns(contrast_id=pl.lit("a")).sort("padj", pl.col("nes").abs(), descending=[False, True])
    unscored = terms["term_id"][0]
    one = terms["term_id"] == unscored
    terms = terms.with_columns(nes=pl.when(one).then(None).otherwise("nes"))
    tables = {**given, TERMS: terms, SETS: given[SETS].clear(), LISTS: lists}
    (part,) = FIGURE.parts(study(), tables)
    drawing = drawn(FIGURE, part, tables)
    assert len(legend(drawing)) == LISTED
    rows = drawing.figure.axes[1]
    numbers = [text.get_text() for text in rows.get_yticklabels()]
    assert numbers == [text.partition(". list ")[0] for text in legend(drawing)] == [f"{i + 1}" for i in range(LISTED)]
    assert rows.get_yticks().tolist() == [-i - 0.5 for i in range(LISTED)]
    assert "genes of the sets with the numbers of the legend" in drawing.caption
    assert "up to 12;" in drawing.caption
    assert f"scored at the same end: {unscored}. Not ranked, as no gene of it was tested" in drawing.caption
    assert "every one is in it: strangers. Top:" in drawing.caption
    more = pl.concat([terms, terms.tail(1).with_columns(term_id=pl.lit("weakest"), padj=1.0)])
    assert "Not shown for want of room: weakest. " in drawn(FIGURE, part, tables | {TERMS: more}).caption
    none = terms.with_columns(nes=pl.lit(None, pl.Float64))
    assert str(FIGURE.draw(part, tables | {TERMS: none})).startswith(
        "no list that study.yaml names has an NES; Without"
    )


@pytest.mark.parametrize(("ups", "downs"), [(1, 0), (0, 1), (3, 3)])
def test_long_names_and_one_end_alone_fit_a_page(ups: int, downs: int) -> None:
    given = read(ups, downs, "positive regulation of $a_1$ long-named processes " * 6)
    (part,) = FIGURE.parts(study(), given)
    assert len(legend(drawn(FIGURE, part, given))) == ups + downs


def test_named_lists_are_drawn_as_sets_of_the_ranking() -> None:
    given = read()
    order = ranking(given[TESTS], given[FEATURES])["gene"].to_list()
    rows = [("apoptosis", "genes", gene, False, "a" * 64) for gene in order[1:200:4]]
    lists = pl.DataFrame(rows, schema=["gene_list", "role", "symbol", "is_excluded", "object_id"], orient="row")
    given[LISTS] = lists
    named = named_sets(given[SETS].clear(), lists, given[FEATURES], given[ALIASES])
    terms = ranked_terms(ranking(given[TESTS], given[FEATURES]), named, (5, 10), 200, 0.05)
    given[TERMS] = terms.with_columns(contrast_id=pl.lit("a"))
    (part,) = FIGURE.parts(study(), given)
    assert part.key == "a, enrichment.lists"
    drawing = drawn(FIGURE, part, given | {SETS: given[SETS].clear()})
    hits = drawing.source.drop_nulls("term_id")
    assert hits["term_id"].unique().to_list() == ["apoptosis"]
    assert sorted(hits["gene"]) == sorted(order[1:200:4])
    assert legend(drawing)[0].startswith("apoptosis\nNES ")


def test_no_set_at_an_end_is_an_answer() -> None:
    given = read(0, 0)
    (part,) = FIGURE.parts(study(), given)
    assert FIGURE.draw(part, given) == "no set of GO_BP gathers at an end of IL-1β against Control with P < 0.05"
    others: Mapping[str, pl.DataFrame] = {TERMS: given[TERMS].with_columns(method=pl.lit("ora"))}
    assert FIGURE.parts(study(), others) == []
    assert FIGURE.parts(study(), {TERMS: given[TERMS].with_columns(contrast_id=pl.lit("gone"))}) == []
