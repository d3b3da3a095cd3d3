from __future__ import annotations

import polars as pl
import pytest

from tasks.figures.enrichment_bubbles import FIGURE, MOST, TERMS
from tests.tasks.figures.pictures import drawn, study, words


def terms(
    count: int, *, contrast: str | None = "a", gene_list: str = "up", tier: str | None = None, name: str = "term"
) -> pl.DataFrame:
    """Rows of ``result.enrichment`` of one family; every second one is below 0.05."""
    rows = [
        {
            "contrast_id": contrast,
            "gene_list": gene_list,
            "tier": tier,
            "collection": "GO_BP",
            "method": "ora",
            "term_id": f"GO:{i:07d}",
            "term": f"{name} {i}",
            "overlap": 3 + i,
            "list_size": 200,
            "gene_ratio": (3 + i) / 200,
            "pvalue": 10.0 ** -(i + 2) if i % 2 else 0.5,
            "padj": 10.0 ** -(i + 1) if i % 2 else 0.9,
            "cluster": i + 1 if i % 2 else None,
            "is_representative": bool(i % 2) or None,
            "background": "tested",
            "background_size": 9000,
            "genes": "IL6;TNF",
        }
        for i in range(count)
    ]
    types = {"contrast_id": pl.String, "tier": pl.String, "cluster": pl.Int64, "is_representative": pl.Boolean}
    return pl.DataFrame(rows, schema_overrides=types)


def test_the_terms_below_the_threshold_are_drawn_the_surest_on_top() -> None:
    read = {TERMS: terms(8)}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    assert drawing.source["term"].to_list() == ["term 7", "term 5", "term 3", "term 1"]
    axes, _ = drawing.figure.axes
    places = axes.collections[0].get_offsets()
    assert places[:, 0].tolist() == pytest.approx([0.05, 0.04, 0.03, 0.02])
    assert places[:, 1].tolist() == [3, 2, 1, 0]
    assert axes.collections[0].get_array().tolist() == pytest.approx([8, 6, 4, 2])
    areas = axes.collections[0].get_sizes()
    assert (areas / areas[0]).tolist() == pytest.approx([1, 0.8, 0.6, 0.4])
    assert {"GeneRatio (of 200 genes)", "−log₁₀ FDR (white: FDR ≥ 0.05)", "Count", "10", "4"} <= words(drawing)
    assert "IL-1β against Control: 4 most significant terms of genes that are higher in GO_BP" in drawing.caption
    assert "nominal P < 0.05" in drawing.caption
    assert drawing.caption.endswith("Background: all genes that could be in it (9,000 genes).")


def test_terms_that_pass_no_correction_are_white() -> None:
    read = {TERMS: terms(8).with_columns(padj=pl.lit(0.06))}
    (part,) = FIGURE.parts(study(), read)
    marks = drawn(FIGURE, part, read).figure.axes[0].collections[0]
    assert marks.to_rgba(marks.get_array()).tolist() == [[1, 1, 1, 1]] * 4
    passed = {TERMS: terms(8)}
    marks = drawn(FIGURE, part, passed).figure.axes[0].collections[0]
    assert [1, 1, 1, 1] not in marks.to_rgba(marks.get_array()).tolist()


def test_lists_of_targets_say_their_tier_of_evidence() -> None:
    read = {TERMS: terms(8, gene_list="hubs", tier="validated")}
    (part,) = FIGURE.parts(study(), read)
    assert part.key == "a, hubs, validated, GO_BP, ora"
    assert "hub mRNAs of the ceRNA network (validated targets) in GO_BP" in drawn(FIGURE, part, read).caption


@pytest.mark.parametrize("name", ["t", "positive regulation of $a_1$ long-named processes " * 6])
@pytest.mark.parametrize("count", [2, 80])
def test_any_number_and_length_of_terms_fits_a_page(name: str, count: int) -> None:
    read = {TERMS: terms(count, contrast=None, gene_list="shared", name=name)}
    (part,) = FIGURE.parts(study(), read)
    drawing = drawn(FIGURE, part, read)
    assert drawing.source.height == min(count // 2, MOST)
    assert drawing.title.startswith("Genes changed alike in several contrasts")


def test_a_term_stands_for_those_that_rest_on_its_genes() -> None:
    same = pl.col("term_id").is_in(["GO:0000005", "GO:0000007"])
    flags = {"cluster": pl.when(same).then(1).otherwise("cluster"), "is_representative": pl.col("term") == "term 7"}
    read = {TERMS: terms(8).with_columns(**flags)}
    (part,) = FIGURE.parts(study(), read)
    assert drawn(FIGURE, part, read).source.select("term", "terms").rows() == [("term 7", 2)]


def test_no_term_below_the_threshold_is_an_answer() -> None:
    read = {TERMS: terms(1)}
    (part,) = FIGURE.parts(study(), read)
    assert FIGURE.draw(part, read) == "no term of genes that are higher in GO_BP has P < 0.05"
    assert FIGURE.parts(study(), {TERMS: read[TERMS].clear()}) == []
    assert FIGURE.parts(study(), {TERMS: terms(2, contrast="gone")}) == []
    assert FIGURE.parts(study(), {TERMS: terms(2, gene_list="ranking").with_columns(method=pl.lit("gsea"))}) == []
