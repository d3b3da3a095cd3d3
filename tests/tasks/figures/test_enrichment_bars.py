from __future__ import annotations

import polars as pl
import pytest

from tasks.figures.enrichment_bars import FIGURE, MOST, TERMS
from tests.tasks.figures.pictures import drawn, legend, study, words
from tests.tasks.figures.term_rows import term_rows

UP = term_rows(["A;B;C", "D;E", "A;B;C;D", "F;G"], gene_list="up", pvalues=[0.0002, 0.004, 0.01, 0.2], name="up")
DOWN = term_rows(["H;I", "K;L"], gene_list="down", pvalues=[1e-6, 0.02], name="down")


def test_bars_of_both_lists_stand_side_by_side_the_surest_of_each_on_top() -> None:
    read = {TERMS: pl.concat([DOWN, UP, term_rows(["A"], gene_list="all")])}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    assert drawing.source.select("gene_list", "term").rows() == [
        ("up", "up 0"),  # stands for up 2, which rests on its genes
        ("up", "up 1"),
        ("down", "down 0"),
        ("down", "down 1"),
    ]
    assert drawing.source["terms"].to_list() == [2, 1, 1, 1]
    (axes,) = drawing.figure.axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([3, 1.69897, -5.30103, -1])
    assert [bar.get_y() + bar.get_height() / 2 for bar in axes.patches] == pytest.approx([0, -1, -2, -3])
    shades = [tuple(bar.get_facecolor()) for bar in axes.patches]  # of the last one FDR is 0.1
    assert shades[0] == shades[1] != shades[2] != shades[3]
    assert sum(shades[3]) > sum(shades[2])
    thresholds = {round(float(line.get_xdata()[0]), 3) for line in axes.lines if line.get_linestyle() == "--"}
    assert thresholds == {1.301, -1.301}
    assert legend(drawing) == ["lower (200 genes)", "higher (200 genes)", "pale: FDR ≥ 0.05 (nominal)"]
    assert {"up 0", "down 1", "−log₁₀ FDR", "3", "2"} <= words(drawing)
    assert "3 of 4 are below 0.05" in drawing.caption
    assert drawing.title == "IL-1β against Control: terms of genes that are higher (right) and lower (left) in GO_BP"


@pytest.mark.parametrize("rows", [UP, DOWN])
def test_a_list_without_the_other_is_drawn_alone(rows: pl.DataFrame) -> None:
    read = {TERMS: rows}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    assert drawing.source["gene_list"].unique().to_list() == rows["gene_list"].unique().to_list()
    assert len(legend(drawing)) == 1 + (rows is DOWN)  # one of its terms is pale


def test_many_long_terms_fit_a_page() -> None:
    genes = [f"G{i}" for i in range(60)]
    name = "positive regulation of $a_1$ long-named processes " * 6
    both = [term_rows(genes, gene_list=side, name=name, pvalues=[0.01] * 60) for side in ("up", "down")]
    read = {TERMS: pl.concat(both)}
    (part,) = FIGURE.parts(study(), read)
    assert drawn(FIGURE, part, read).source.height == 2 * MOST


def test_no_term_below_the_threshold_is_an_answer() -> None:
    read = {TERMS: term_rows(["A;B"], gene_list="up", pvalues=[0.5])}
    (part,) = FIGURE.parts(study(), read)
    assert FIGURE.draw(part, read) == "no term of genes that are higher or lower in GO_BP has P < 0.05"
    assert FIGURE.parts(study(), {TERMS: read[TERMS].clear()}) == []
