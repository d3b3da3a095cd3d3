"""Acquisitions that can be read, however strange, go through every analysis of flow cytometry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.analyses import apoptosis, flow_compensations, surface_markers
from tests.tasks.analyses.flow_bench import Frames, computed, parsed, study, together
from tests.tasks.methods.fcs_files import fcs_file

CHANNELS = ("FSC-A", "FSC-H", "FSC-W", "SSC-A", "FITC-A", "PE-A", "APC-A", "Time")
STAINS = ("FITC-A", "PE-A", "APC-A")
EXTREMES = [np.inf, -np.inf, np.nan, 0.0, 1.0, 3e38, -3e38]
KINDS: dict[str, Callable[[np.random.Generator, tuple[int, int]], npt.NDArray[np.float64]]] = {
    "usual": lambda rng, shape: rng.lognormal(5, 2, shape),
    "around zero": lambda rng, shape: rng.normal(0, 100, shape),
    "whole": lambda rng, shape: np.round(rng.lognormal(3, 1, shape)),
    "constant": lambda _, shape: np.zeros(shape),
    "extreme": lambda rng, shape: rng.choice(EXTREMES, shape),
}
TUBE = st.fixed_dictionaries(
    {
        "channels": st.lists(st.sampled_from(CHANNELS), min_size=1, unique=True),
        "n": st.sampled_from([0, 1, 99, 100, 101, 400]),
        "kind": st.sampled_from(sorted(KINDS)),
        "stain": st.sampled_from(["", "Annexin V", "CD73"]),
        "other": st.sampled_from(["", "PI", "CD34"]),
        "is_compensated": st.booleans(),
        "control": st.sampled_from([None, None, "unstained", "single_stain", "fmo", "isotype"]),
        "marker": st.sampled_from([None, "FITC", "Annexin V", "PI", "CD73"]),
    }
)


def acquisition(folder: Path, number: int, about: dict[str, object], seed: int) -> Frames:
    """What is read of one tube; ``about`` as ``TUBE`` draws it."""
    names = [str(c) for c in about["channels"]]  # type: ignore[attr-defined]
    shape = (int(str(about["n"])), len(names))
    data = KINDS[str(about["kind"])](np.random.default_rng(seed + number), shape).astype(np.float32)
    said = {"FITC-A": str(about["stain"]), "PE-A": str(about["other"])}
    keywords = {f"$P{i}S": said[n] for i, n in enumerate(names, 1) if said.get(n)}
    stains = [n for n in names if n in STAINS]
    if about["is_compensated"] and stains:
        matrix = np.eye(len(stains)) + 0.1 * (1 - np.eye(len(stains)))
        keywords["SPILL"] = ",".join([str(len(stains)), *stains, *map(str, matrix.ravel())])
    path = folder / f"t{number}.fcs"
    path.write_bytes(fcs_file(data, names, keywords=keywords))
    return parsed(path, object_id=f"o{number}", panel="p", control=about["control"], marker=about["marker"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tubes=st.lists(TUBE, min_size=1, max_size=3), seed=st.integers(0, 1_000))
def test_whatever_can_be_read_is_gated_or_told_why_not(
    tubes: list[dict[str, object]], seed: int, tmp_path: Path
) -> None:
    frames = together(*(acquisition(tmp_path, i, about, seed) for i, about in enumerate(tubes)))
    for module in (flow_compensations, apoptosis, surface_markers):
        for done in computed(module.ANALYSIS, frames, study()).values():
            for table, rows in done.frames.items():
                for column in (c for c in rows.columns if c.startswith("percent_")):
                    assert rows[column].drop_nulls().is_between(0, 100 + 1e-9).all(), (table, column)
    found = computed(flow_compensations.ANALYSIS, frames, study()).values()
    (result,) = (done for done in found if done.frames)  # the others tell of controls that name no channel
    assert all(done.problems for done in found if not done.frames)
    assert set(result.frames["result.flow_compensations"]["object_id"]) == set(frames["core.flow_samples"]["object_id"])


@pytest.mark.parametrize("value", [3e38, -3e38])
def test_numbers_at_the_end_of_what_floats_hold_are_no_bug(value: float, tmp_path: Path) -> None:
    about: dict[str, object] = {
        "channels": CHANNELS, "n": 400, "kind": "usual", "stain": "Annexin V", "other": "PI", "is_compensated": True,
        "control": None, "marker": None,
    }  # fmt: skip
    frames = acquisition(tmp_path, 0, about, 1)
    events = frames["core.flow_events"].with_columns(
        pl.when(pl.col("event") < 5).then(value).otherwise(pl.col("FITC-A")).cast(pl.Float32).alias("FITC-A")
    )
    (done,) = computed(apoptosis.ANALYSIS, frames | {"core.flow_events": events}, study()).values()
    assert done.frames[apoptosis.TABLE].height == 1
