from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.biexponential import Logicle
from tasks.methods.flow_transforms import Biex, Bounded, FlowJoLog, Linear, Log, Transform
from tasks.methods.gate_axes import ticks
from tasks.methods.gate_outlines import Axis

DECADES = {f"10{d}": 10.0 ** int(i) for i, d in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"0": 0.0}


@pytest.mark.parametrize(
    ("scale", "end", "decades"),
    [(Logicle(262144.0, 0.5, 4.5), 1.0, "−10² 0 10² 10³ 10⁴ 10⁵"), (Biex(), 4096.0, "0 10³ 10⁴ 10⁵"),
     (Log(1e4, 4), 1.0, "10¹ 10² 10³ 10⁴"), (FlowJoLog(1.0, 5.0), 1.0, "10¹ 10² 10³ 10⁴ 10⁵"),
     (Bounded(Log(1e4, 4), 0.2, 1.0), 1.0, "10¹ 10² 10³ 10⁴")],
)  # fmt: skip
def test_decades_stand_where_the_scale_puts_them(scale: Transform, end: float, decades: str) -> None:
    ends = (0.0, end)
    places, labels = ticks(Axis(scale, None), ends)
    assert labels == decades.split()
    assert places == sorted(places)
    own = scale.scale if isinstance(scale, Bounded) else scale
    positive = [(p, w) for p, w in zip(places, labels, strict=True) if not w.startswith("−")]
    assert [p for p, _ in positive] == pytest.approx(own.apply(np.array([DECADES[w] for _, w in positive])))
    assert min(np.diff(places)) >= 0.089 * (ends[1] - ends[0])


def test_linear_scales_have_round_numbers() -> None:
    assert ticks(Axis(None, None), (-10_000.0, 262_000.0)) == ([0, 100_000, 200_000], ["0", "100k", "200k"])
    places, labels = ticks(Axis(Linear(1000.0), None), (0.0, 1.0))
    assert dict(zip(labels, places, strict=True)) == {"0": 0, "500": 0.5, "1k": 1.0}


def test_an_axis_within_a_decade_has_round_numbers_too() -> None:
    scale = Log(1e4, 4)
    ends = tuple(scale.apply(np.array([300.0, 700.0])).tolist())
    places, labels = ticks(Axis(None, scale), (ends[0], ends[1]))
    assert labels == ["400", "600"]
    assert scale.inverse(np.array(places)) == pytest.approx([float(w) for w in labels])
