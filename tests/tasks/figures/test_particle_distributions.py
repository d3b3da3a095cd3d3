from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import sem

from tasks.figures.particle_distributions import BINS, FIGURE, FILES, SUMMARIES, distribution
from tests.tasks.figures.bench_frames import part_and_frames, study
from tests.tasks.figures.pictures import drawn, words

SIZES = np.arange(5.0, 400, 10)


def frames(captures: int = 4, dilution: float | None = 100, sizes: np.ndarray = SIZES) -> dict[str, pl.DataFrame]:
    draws = np.random.default_rng(3)
    about = {"object_id": "o", "sample_name": "EXO", "sample_id": None, "material_id": "EXO_U1", "time_h": None}
    shape = np.exp(-((sizes - 110) ** 2) / 2000)
    rows = [
        {**about, "capture": f"c{c}", "size_nm": s, "printed_concentration_per_ml": v,
         "concentration_per_ml": None if dilution is None else v * dilution}
        for c in range(captures)
        for s, v in zip(sizes, 2e7 * shape * draws.uniform(0.8, 1.2, sizes.size), strict=True)
    ]  # fmt: skip
    values = {"d10_nm": 60.0, "d50_nm": 111.0, "d90_nm": 161.0, "flag": None, "total_concentration_per_ml": 3.2e10}
    summary = [{**about, "capture": c, "is_pooled": c == "pooled", "mode_nm": m, **values}
               for c, m in [("c0", 99.0), ("pooled", 115.0)]]  # fmt: skip
    types = {"sample_id": pl.String, "time_h": pl.Float64, "concentration_per_ml": pl.Float64}
    return {
        BINS: pl.DataFrame(rows, schema_overrides=types),
        SUMMARIES: pl.DataFrame(summary, schema_overrides={**types, "flag": pl.String}),
        FILES: pl.DataFrame({"object_id": ["o"], "file_name": ["nta/EXO.csv"]}),
    }


def test_the_curve_is_the_mean_of_captures_with_its_standard_error() -> None:
    found = frames()
    part, kept = part_and_frames(FIGURE, study(), found)
    drawing = drawn(FIGURE, part, kept)
    (axes,) = drawing.figure.axes
    table = found[BINS].pivot("capture", index="size_nm", values="concentration_per_ml").sort("size_nm")
    each = table.drop("size_nm").to_numpy()
    assert drawing.source["mean_per_ml"].to_numpy() == pytest.approx(each.mean(axis=1))
    assert drawing.source["sem_per_ml"].to_numpy() == pytest.approx(sem(each, axis=1))
    assert axes.get_ylabel() == "10⁹ particles/mL per 10 nm bin"
    assert axes.lines[0].get_ydata() * 1e9 == pytest.approx(each.mean(axis=1))
    assert axes.get_xscale() == axes.get_yscale() == "linear"
    assert axes.get_xlabel() == "diameter (nm)"
    assert [line.get_xdata()[0] for line in axes.lines[1:]] == [60, 111, 161]
    assert {"D10", "D50", "D90", "EXO_U1"} <= words(drawing)
    assert any(w.startswith("mode 115 nm") for w in words(drawing))
    assert "n = 4 captures ± standard error" in drawing.caption
    assert "those of the undiluted sample" in drawing.caption


def test_without_a_dilution_the_printed_concentration_is_drawn_and_said() -> None:
    part, kept = part_and_frames(FIGURE, study(), frames(dilution=None))
    drawing = drawn(FIGURE, part, kept)
    assert "dilution unknown" in drawing.figure.axes[0].get_ylabel()
    assert "as printed, the dilution is unknown" in drawing.caption


def test_one_capture_has_no_error_and_uneven_bins_no_width() -> None:
    part, kept = part_and_frames(FIGURE, study(), frames(1, sizes=np.geomspace(20, 400, 30)))
    drawing = drawn(FIGURE, part, kept)
    assert drawing.source["sem_per_ml"].null_count() == 30
    assert "n = 1 capture, repeats" in drawing.caption
    assert drawing.figure.axes[0].get_ylabel().endswith("particles/mL per bin")


def test_an_empty_capture_is_nothing_to_draw() -> None:
    found = frames()
    found[BINS] = found[BINS].with_columns(concentration_per_ml=pl.lit(0.0))
    part, kept = part_and_frames(FIGURE, study(), found)
    assert FIGURE.draw(part, kept) == "no capture of EXO_U1 has a particle"
    assert distribution(found[BINS])["mean_per_ml"].sum() == 0
