from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.methods.cell_gates import Scatter, cell_gate, cells, scatter_of, singlets
from tests.tasks.methods.flow_simulation import STAINED, TRUTH, channel, events

SCATTER = Scatter("FSC-A", "SSC-A", "FSC-H", None)


def columns(frame: pl.DataFrame) -> dict[str, np.ndarray]:
    return {name: frame[name].to_numpy() for name in frame.columns}


def test_scatter_columns_are_told_from_their_names() -> None:
    assert scatter_of(STAINED) == SCATTER
    older = [channel(1, "FSC-H"), channel(2, "SSC-H"), channel(3, "FL1-H"), channel(4, "FSC-Width")]
    assert scatter_of(older) == Scatter("FSC-H", "SSC-H", None, "FSC-Width")
    coulter = [channel(1, "FS Lin"), channel(2, "SS Lin")]
    for item in coulter:
        item["kind"] = "scatter"
    assert (scatter_of(coulter).forward, scatter_of(coulter).side) == ("FS Lin", "SS Lin")


@pytest.mark.parametrize(("debris", "doublets"), [(0.0, 0.0), (0.05, 0.1), (0.3, 0.05), (0.6, 0.08)])
def test_debris_and_doublets_are_removed_and_cells_kept(debris: float, doublets: float) -> None:
    tube = columns(events(TRUTH, debris=debris, doublets=doublets))
    gate = cell_gate([tube], SCATTER)
    is_cell, is_single = cells(tube, gate), singlets(tube, gate)
    assert float(is_cell.mean()) == pytest.approx(1 - debris, abs=0.012)
    assert float(is_single.sum() / is_cell.sum()) == pytest.approx(1 - doublets, abs=0.012)
    assert (is_cell | ~is_single).all()


def test_shrunken_cells_are_kept_even_where_they_form_a_mode_of_their_own() -> None:
    tube = columns(events({"live": 0.5, "late_apoptotic": 0.5}, debris=0.1, doublets=0.0))
    tube["FSC-A"] = np.where(tube["PE-A"] > 5_000, tube["FSC-A"] * 0.85, tube["FSC-A"])
    gate = cell_gate([tube], Scatter("FSC-A", "SSC-A", None, None))
    assert float(cells(tube, gate).mean()) == pytest.approx(0.9, abs=0.01)


def test_without_height_or_width_doublets_stay_and_it_says_so() -> None:
    tube = columns(events(TRUTH))
    gate = cell_gate([tube], Scatter("FSC-A", "SSC-A", None, None))
    assert gate.doublet_method.startswith("not_separable")
    assert (singlets(tube, gate) == cells(tube, gate)).all()


def test_width_parts_doublets_where_there_is_no_height() -> None:
    tube = columns(events(TRUTH, debris=0.0))
    tube["FSC-W"] = tube["FSC-A"] / tube["FSC-H"] * 60_000
    gate = cell_gate([tube], Scatter("FSC-A", "SSC-A", None, "FSC-W"))
    assert float(singlets(tube, gate).mean()) == pytest.approx(0.92, abs=0.012)


def test_without_scatter_or_with_few_events_nothing_is_removed() -> None:
    tube = columns(events(TRUTH, n=50))
    bare = cell_gate([tube], Scatter(None, None, None, None))
    few = cell_gate([tube], Scatter("FSC-A", None, None, None))
    assert cells(tube, bare).all()
    assert cells(tube, few).all()
    assert few.debris_method == "not_separable: too few events"


def test_events_that_pile_up_at_the_end_of_the_scale_are_no_mode_of_cells() -> None:
    tube = columns(events(TRUTH, debris=0.2, doublets=0.0))
    tube["FSC-A"] = np.minimum(tube["FSC-A"] * 2.4, 262_143)
    found = cell_gate([tube], SCATTER)
    assert found.least_forward is not None
    assert found.least_forward < 130_000
    assert float(cells(tube, found).mean()) == pytest.approx(0.8, abs=0.02)
