from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.figures.enrichment_map import CLUSTERS, EACH, FIGURE, TERMS
from tests.tasks.figures.pictures import drawn, study, words
from tests.tasks.figures.term_rows import term_rows

GENES = [
    "A;B;C;D;E;F",
    "A;B;C;D;E",  # with the first: one cluster
    "E;F;X;Y",  # of its own, but shares half of its genes with the first
    "P;Q",
    "P;Q;R",
    "Z;W",
    "K",  # not below the threshold
]
PVALUES = [0.0001, 0.001, 0.002, 0.003, 0.004, 0.01, 0.3]


def test_terms_that_share_genes_are_joined_and_have_one_colour() -> None:
    read = {TERMS: term_rows(GENES, pvalues=PVALUES)}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    nodes = drawing.source
    assert nodes["term"].to_list() == [f"term {i}" for i in range(6)]
    assert nodes["module"].to_list() == [1, 1, 1, 2, 2, None]
    (axes,) = drawing.figure.axes
    lines, marks = axes.collections[:2]
    assert len(lines.get_segments()) == 3  # not between the second and the third: one gene of nine and five
    colours = [tuple(np.round(c, 3)) for c in marks.get_facecolors()]
    assert len(set(colours[:3])) == len(set(colours[3:5])) == 1
    assert len({colours[0], colours[3], colours[5]}) == 3
    areas = marks.get_sizes()
    assert (areas / areas[0]).tolist() == pytest.approx([n / 6 for n in (6, 5, 4, 2, 3, 2)])
    assert {"term 0", "term 2", "term 3", "term 5", "Count"} <= words(drawing)
    assert {"term 1", "term 4"}.isdisjoint(words(drawing))  # their clusters' first terms have the names
    assert "3 lines join terms" in drawing.caption
    assert "grey: joined to none (1 of 6). " in drawing.caption


def test_a_map_of_few_lone_terms_says_so() -> None:
    read = {TERMS: term_rows(["A;B;C", "A;B;D", "E;F", "G;H"], pvalues=[0.01] * 4)}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    assert drawing.source["module"].to_list() == [1, 1, None, None]
    assert "1 line joins terms" in drawing.caption
    assert "grey: joined to none (2 of 4: these terms have little to do with each other" in drawing.caption
    assert "with 1 line in 1 group; the most significant is" in drawing.alt


def test_halves_of_a_list_have_no_map_of_their_own_and_a_named_list_has() -> None:
    rows = [term_rows(GENES, gene_list=name, contrast=None) for name in ("up", "down", "death")]
    parts = FIGURE.parts(study(), {TERMS: pl.concat(rows)})
    assert [part.key for part in parts] == ["death, GO_BP, ora"]


def test_many_long_terms_fit_a_page() -> None:
    genes = [";".join(f"G{i // 8 * 6 + k}" for k in range(4 + i % 3)) for i in range(400)]
    name = "positive regulation of $a_1$ long-named processes " * 6
    read = {TERMS: term_rows(genes, name=name, pvalues=[0.01] * 400)}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    assert drawing.source["cluster"].max() == CLUSTERS
    assert drawing.source.group_by("cluster").len()["len"].max() == EACH


def test_too_few_terms_and_terms_that_share_nothing_are_no_map() -> None:
    read = {TERMS: term_rows(["A;B", "A;B", "C"], pvalues=[0.01, 0.01, 0.5])}
    (part,) = FIGURE.parts(study(), read)
    assert FIGURE.draw(part, read) == "fewer than 3 terms of changed genes in GO_BP have P < 0.05: too few for a map"
    assert FIGURE.draw(part, {TERMS: read[TERMS].clear()}) == FIGURE.draw(part, read)
    apart = {TERMS: term_rows(["A;B", "C;D", "E;F"], pvalues=[0.01, 0.01, 0.01])}
    said = FIGURE.draw(part, apart)
    assert said == "no two terms of changed genes in GO_BP with P < 0.05 share enough genes for a map"
