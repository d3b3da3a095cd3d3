from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.sheets import ExclusionRow
from schemas.study import Study
from tasks.analyses.gated_populations import ANALYSIS, GATES
from tasks.contracts import Drawing, Part
from tasks.figures.gating_hierarchies import FIGURE, MOST, parts
from tasks.methods.figure_style import house_style
from tasks.methods.flow_runs import ACQUISITIONS, POPULATIONS
from tests.e2e.test_flow_gates import gates
from tests.tasks.analyses.flow_bench import Frames, computed, frame, parsed, together
from tests.tasks.figures.bench_frames import study
from tests.tasks.figures.flow_frames import flow_parts, tube
from tests.tasks.figures.pictures import drawn, words
from tests.tasks.methods.flow_simulation import TRUTH

RAW = "core.raw_objects"
FLOW = {"gating": "gates.xml"}


def with_own_gates(about: Study, content: bytes, *tubes: Frames, name: str = "gates.xml") -> Frames:
    frames = together(*tubes)
    ids = frames[ACQUISITIONS]["object_id"].to_list()
    frames |= {
        GATES: frame(GATES, [{"study_id": "s", "file_name": name, "sha256": "b" * 64, "content": content}]),
        RAW: pl.DataFrame({"object_id": ids, "file_name": [f"{i}.fcs" for i in ids], "status": ["loaded"] * len(ids)}),
    }
    rows = [done.frames[POPULATIONS] for done in computed(ANALYSIS, frames, about).values()]
    return {**frames, POPULATIONS: pl.concat(rows, how="vertical_relaxed")}


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    folder = tmp_path_factory.mktemp("tubes")
    stains = ("Annexin V", "PI")
    live = {"live": 0.9, "late_apoptotic": 0.1}
    return with_own_gates(
        study(flow=FLOW), gates().encode(),
        tube(folder, "control_1", live, stains), tube(folder, "control_2", live, stains),
        tube(folder, "il1b_1", TRUTH, stains),
        tube(folder, "unstained", {"live": 1.0}, stains, sample_id=None, control="unstained"),
    )  # fmt: skip


def test_each_condition_has_its_first_acquisition_with_every_gate_of_the_hierarchy(frames: Frames) -> None:
    found = flow_parts(FIGURE, study(flow=FLOW), frames)
    assert [p.parameters["group"] for p, _ in found] == ["control", "il1b"]
    part, kept = found[1]
    drawing = drawn(FIGURE, part, kept)
    root, below = drawing.figure.axes
    percent = dict(frames[POPULATIONS].filter(object_id="il1b_1").select("population", "percent_of_parent").iter_rows())
    assert [t.get_text() for t in root.texts] == [f"cells\n{percent['cells']:.1f} %"]
    sides = ("live", "early apoptotic", "late apoptotic", "necrotic")
    assert {t.get_text() for t in below.texts} == {f"{name}\n{percent[name]:.1f} %" for name in sides}
    assert below.get_title().startswith("cells (")
    assert root.get_ylabel() == "% of highest"
    assert {"Annexin V (FITC-A)", "PI (PE-A)", "FSC-A"} <= words(drawing)
    assert below.collections[0].get_rasterized()
    assert "Channels that the gates ask it for are compensated." in drawing.caption
    assert "the first acquisition of il1b" in drawing.caption
    assert f"live {percent['live']:.1f} % of cells" in drawing.alt


def test_dots_within_drawn_edges_are_as_many_as_the_numbers_say(frames: Frames) -> None:
    part, kept = flow_parts(FIGURE, study(flow=FLOW), frames)[1]
    source = drawn(FIGURE, part, kept).source.filter(population="cells")
    events = source.filter(mark="event").select("x", "y").to_numpy()
    assert source.filter(mark="edge")["gate"].n_unique() == 4
    for (gate,), edge in source.filter(mark="edge").group_by("gate"):
        x, y = edge["x"].to_numpy(), edge["y"].to_numpy()
        is_in = (
            (events[:, 0] >= x.min()) & (events[:, 0] < x.max()) & (events[:, 1] >= y.min()) & (events[:, 1] < y.max())
        )
        share = edge["percent_of_parent"][0] / 100
        chance = np.sqrt(share * (1 - share) / len(events))  # the dots are some of the events
        assert np.mean(is_in) == pytest.approx(share, abs=3 * chance), gate


def test_an_excluded_file_is_drawn_only_where_there_is_no_other(frames: Frames) -> None:
    out = tuple(ExclusionRow(file=f"{name}.fcs", reason="clogged") for name in ("control_1", "il1b_1"))
    about = study(flow=FLOW).model_copy(update={"exclusions": out})
    marked = frames | {
        ACQUISITIONS: frames[ACQUISITIONS].with_columns(is_excluded=pl.col("object_id").is_in(["control_1", "il1b_1"]))
    }
    first, second = flow_parts(FIGURE, about, marked)
    assert first[0].parameters["file"] == "control_2.fcs"
    assert "Excluded by exclusions.csv." in drawn(FIGURE, *second).caption


def test_without_gates_of_its_own_a_study_has_none(frames: Frames) -> None:
    slices = {t: frames[t].select(names) if names else frames[t].head(0) for t, names in FIGURE.reads.items()}
    assert parts(study(), slices) == []
    assert parts(study(flow=FLOW), slices | {POPULATIONS: slices[POPULATIONS].clear()}) == []


def _real(shared: Path, events: str, file: str) -> tuple[Part, Frames]:
    folder = shared / "data/flow"
    about = study(flow={"gating": file})
    found = with_own_gates(
        about, (folder / file).read_bytes(), parsed(folder / events, object_id=Path(events).stem), name=file
    )
    (only,) = flow_parts(FIGURE, about, found)
    return only


def test_the_gates_of_the_standard_are_drawn_on_their_scales(shared: Path) -> None:
    """Gating-ML's compliance set: ranges, polygons, ellipses, quadrants, ratios, matrices, all its scales."""
    part, kept = _real(shared, "gate_ref/data1.fcs", "gate_ref/gml/gml_all_gates.xml")
    with house_style():
        drawing = FIGURE.draw(part, kept)
    assert isinstance(drawing, Drawing)
    assert len(drawing.figure.axes) == MOST
    truth = json.loads((shared / "data/flow/gate_ref/expected_gate_counts.json").read_text())["gates"]
    edges = drawing.source.filter(mark="edge").select("gate", "percent_of_parent").unique()
    for name, percent in edges.iter_rows():
        counted = truth[name.split("/")[-1]]
        assert percent == pytest.approx(100 * counted["in_gate"] / counted["events"])
    assert "Made of other gates, without edges: And1 4.2 %" in drawing.caption
    assert "more plots are not drawn; core.flow_populations has their numbers." in drawing.caption
    ratio = next(a for a in drawing.figure.axes if a.get_xlabel() == "FL2-H / FL2-A")
    assert ratio.get_ylabel() == "% of highest"
    assert "10²" in {t.get_text() for a in drawing.figure.axes for t in a.get_xticklabels()}


@pytest.mark.parametrize(
    ("events", "workspace", "labels"),
    [
        ("test_data_diamond_01.fcs", "test_data_diamond_biex_rect.wsp", {"upper_right\n25.3 %", "10⁴"}),
        ("data_set_simple_line_100.fcs", "single_ellipse_51_events.wsp", {"ellipse1\n51.0 %", "100k"}),
    ],
)
def test_a_workspace_is_drawn_as_flowjo_shows_it(shared: Path, events: str, workspace: str, labels: set[str]) -> None:
    part, kept = _real(shared, f"flowkit/{events}", f"flowkit/{workspace}")
    assert labels <= words(drawn(FIGURE, part, kept))


def test_a_file_that_the_gates_do_not_know_says_so(frames: Frames) -> None:
    part, kept = flow_parts(FIGURE, study(flow=FLOW), frames)[0]
    with house_style():
        assert FIGURE.draw(part, kept | {GATES: kept[GATES].clear()}) == "no gates are known for control_1.fcs"
        lost = kept | {POPULATIONS: kept[POPULATIONS].clear()}
        assert FIGURE.draw(part, lost) == "control_1.fcs has no gate that can be drawn"
