from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.methods.figure_style import canvas, house_style
from tasks.methods.flow_gates import Dimension, Gate, Polygon, Rectangle, Shape
from tasks.methods.flow_runs import ACQUISITIONS, COMPENSATIONS, EVENTS
from tasks.methods.flow_transforms import Log
from tasks.methods.flow_tubes import Tube, tubes_of
from tasks.methods.gate_outlines import plots
from tasks.methods.gate_panels import DOTS, panel
from tasks.methods.gates_files import acquisition_of
from tasks.methods.gating import Gating, Strategy
from tests.tasks.figures.flow_frames import tube as acquired
from tests.tasks.methods.flow_simulation import TRUTH

LOG = Log(262144.0, 4.5)
GREEN, RED = Dimension("FITC-A", transform=LOG), Dimension("PE-A", transform=LOG)
LONG = "early apoptotic cells of the second day"


@pytest.fixture(scope="module")
def tube(tmp_path_factory: pytest.TempPathFactory) -> Tube:
    frames = acquired(tmp_path_factory.mktemp("tube"), "il1b_1", TRUTH, ("Annexin V", "PI"))
    (found,) = tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS])
    return found


def drawn(tube: Tube, *shapes: tuple[str, Shape]) -> tuple[pl.DataFrame, list[str], Gating]:
    """What the first plot drew, its texts in gates, and the populations."""
    gates = {(name,): Gate((name,), None, shape) for name, shape in shapes}
    gating = Gating(Strategy("gatingml", "g.xml", gates), acquisition_of(tube))
    percents = {p: 100 * float(gating.mask(p).mean()) if p != ("unknown",) else None for p in gates}
    with house_style():
        axes = canvas(60, 60).add_subplot()
        source = panel(axes, plots(gates.values())[0], tube, gating, percents)
    return source, [t.get_text() for t in axes.texts], gating


def test_events_without_a_place_are_left_out_and_those_below_the_axis_stand_at_its_edge(tube: Tube) -> None:
    triangle = Polygon((GREEN, RED), ((0.3, 0.3), (0.9, 0.3), (0.9, 0.9)))
    source, texts, gating = drawn(tube, ("t", triangle))
    x, y = gating.positions(gating.strategy.gates["t",])
    assert np.isnan(x).any() or np.isinf(x).any(), "no event lies beyond a logarithmic scale"
    events = source.filter(mark="event")
    assert events.height == min(DOTS, int((~(np.isnan(x) | np.isnan(y))).sum()))
    assert events.select(pl.all_horizontal(pl.col("x", "y").is_finite()).all()).item()
    assert texts == [f"t\n{100 * float(gating.mask(('t',)).mean()):.1f} %"]
    assert source["channels"].unique().to_list() == ["Annexin V (FITC-A), PI (PE-A)"]


def test_names_are_cut_to_their_gate_and_a_complement_is_called_so(tube: Tube) -> None:
    small = Rectangle((Dimension("FITC-A", None, LOG, 0.6, 0.65), Dimension("PE-A", None, LOG, 0.6, 0.65)))
    wide = Polygon((GREEN, RED), ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), is_complement=True)
    _, texts, _ = drawn(tube, (LONG, small), ("live", wide))
    short, outside = (t.split("\n")[0] for t in texts)
    assert short == f"{LONG[:14]}…"
    assert outside == "live (outside)"


def test_ranges_stand_above_one_another_over_a_histogram(tube: Tube) -> None:
    low, high = Dimension("FITC-A", None, LOG, None, 0.5), Dimension("FITC-A", None, LOG, 0.5, None)
    source, texts, _ = drawn(tube, ("negative", Rectangle((low,))), ("unknown", Rectangle((high,))))
    assert texts[1] == "unknown\n–"
    profile, edges = source.filter(mark="profile"), source.filter(mark="edge")
    assert profile["y"].max() == pytest.approx(100)
    assert edges.filter(gate="negative")["y"].max() < edges.filter(gate="unknown")["y"].min()
    assert edges.filter(gate="negative")["x"].max() == edges.filter(gate="unknown")["x"].min() == 0.5


def test_a_gate_without_events_in_its_parent_still_has_its_edge(tube: Tube) -> None:
    none = Rectangle((Dimension("FSC-A", low=1e9), Dimension("SSC-A", low=0.0)))
    inner = Rectangle((Dimension("FITC-A", None, LOG, 0.4, 0.6), Dimension("PE-A", None, LOG, 0.4, 0.6)))
    gates = {("none",): Gate(("none",), None, none), ("none", "in"): Gate(("none", "in"), ("none",), inner)}
    gating = Gating(Strategy("flowjo", "g.wsp", gates), acquisition_of(tube))
    with house_style():
        axes = canvas(60, 60).add_subplot()
        source = panel(axes, plots(gates.values())[1], tube, gating, {("none",): 0.0, ("none", "in"): None})
    assert source.filter(mark="event").is_empty()
    assert source.filter(mark="edge").height == 5
    assert axes.get_title() == "none (0)"
