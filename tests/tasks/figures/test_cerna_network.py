from __future__ import annotations

import polars as pl
import pytest

from tasks.figures.cerna_network import FIGURE, NODES, SHOWN, TRIPLETS, source
from tasks.methods.cerna_network import network_nodes
from tasks.methods.cerna_triplets import TIERS
from tests.tasks.figures.pictures import drawn, legend, study, words
from tests.tasks.methods.test_cerna_network import ROWS, listed


def frames(triplets: pl.DataFrame, hubs: int = 10) -> dict[str, pl.DataFrame]:
    nodes = network_nodes(triplets, hubs)
    return {name: f.with_columns(contrast_id=pl.lit("a")) for name, f in ((TRIPLETS, triplets), (NODES, nodes))}


READ = frames(ROWS)
(PART,) = FIGURE.parts(study(), READ)


def test_hubs_and_the_lines_between_them_are_drawn() -> None:
    drawing = drawn(FIGURE, PART, READ)
    assert {"C1", "C2", "M1", "M2", "G1", "G2"} <= words(drawing)
    assert legend(drawing) == ["circRNA", "lncRNA", "miRNA", "mRNA", "higher", "lower"]
    (axes,) = drawing.figure.axes
    assert len(axes.lines) == drawing.source.height == 6
    widths = dict(zip(drawing.source["triplet_count"], (line.get_linewidth() for line in axes.lines), strict=True))
    assert widths[2] > widths[1]
    assert "IL-1β against Control: 1 circRNA, 1 lncRNA, 2 miRNAs, 2 mRNAs" in drawing.caption
    assert "high-throughput, predicted, validated" in drawing.caption
    assert "A line has the evidence of its best triplet" in drawing.caption
    for row in drawing.source.iter_rows(named=True):  # what tables say of the same edge
        own = pl.col(f"{row['kind'].split('-')[0]}_id") == row["first"]
        own &= pl.col(f"{row['kind'].split('-')[1]}_id") == row["second"]
        tiers = READ[TRIPLETS].filter("is_consistent", own)["tier"].to_list()
        assert (row["tier"], row["triplet_count"]) == (min(tiers, key=TIERS.index), len(tiers))
    for name, tier in READ[NODES].select("feature_id", "tier").iter_rows():
        lines = drawing.source.filter((pl.col("first") == name) | (pl.col("second") == name))
        assert tier == max(lines["tier"], key=TIERS.index)
    assert "the widest joins C1 and M1 (2 triplets)" in drawing.alt


def test_only_hubs_are_drawn() -> None:
    assert source(*(frames(ROWS, hubs=1)[name] for name in (TRIPLETS, NODES)))["first"].to_list() == ["c1", "m1"]


@pytest.mark.parametrize("count", [1, 60])
def test_a_network_of_any_size_fits_a_page(count: int) -> None:
    rows = [(f"circ{i:020d}${i}$", f"m{i:02d}", f"g{i:02d}", "predicted", True) for i in range(count)]
    drawing = drawn(FIGURE, PART, frames(listed(*rows), hubs=60))
    assert drawing.source.height == 2 * min(count, SHOWN)


def test_hubs_that_no_triplet_joins_are_told() -> None:
    unjoined = READ[NODES].with_columns(is_hub=pl.col("rna_class") == "mirna")
    assert FIGURE.draw(PART, READ | {NODES: unjoined}) == "no two hubs of a are joined by a consistent triplet"


def test_contrasts_without_a_network_have_no_part() -> None:
    assert list(FIGURE.parts(study(), {name: frame.clear() for name, frame in READ.items()})) == []
