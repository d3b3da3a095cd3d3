"""Figures as a page holds them."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasks.engine.report import CSV_BYTES, SVG_BYTES, WIDEST_PX, Contents, embedded, html, path, small
from tests.report_study import CONFIG, frames

ROW = {"stem": "volcano-a", "width_mm": 85.0, "height_mm": 40.0}


def write_figure(
    folder: Path, *, svg: int = 100, csv: int = 100, pixels: tuple[int, int] = (200, 1600)
) -> dict[str, Path]:
    noise = np.random.default_rng(1).integers(0, 255, (*pixels, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "volcano-a.png")
    (folder / "volcano-a.svg").write_bytes(b"<svg/>" + b" " * (svg - 6))
    (folder / "volcano-a.csv").write_bytes(b"a\n" + b"1" * (csv - 2))
    return {"volcano-a": folder / "volcano-a"}


def test_a_small_figure_is_held_as_it_is(tmp_path: Path) -> None:
    found = embedded([ROW], write_figure(tmp_path))["volcano-a"]
    kind, _, data = found.image.partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert base64.b64decode(data) == (tmp_path / "volcano-a.svg").read_bytes()
    assert base64.b64decode(found.source.partition(";base64,")[2]) == (tmp_path / "volcano-a.csv").read_bytes()
    assert (found.width_px, found.height_px) == (425, 200)


def test_a_large_figure_is_a_picture_for_the_screen_and_its_numbers_lie_beside(tmp_path: Path) -> None:
    found = embedded([ROW], write_figure(tmp_path, svg=SVG_BYTES + 1, csv=CSV_BYTES + 1))["volcano-a"]
    assert found.image.startswith("data:image/png;base64,")
    assert (found.source, found.png, found.svg) == tuple(f"figures/volcano-a.{e}" for e in ("csv", "png", "svg"))


def test_a_picture_for_the_screen_is_smaller_and_not_distorted(tmp_path: Path) -> None:
    write_figure(tmp_path)
    data = small(tmp_path / "volcano-a.png")
    assert len(data) < (tmp_path / "volcano-a.png").stat().st_size / 2
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (WIDEST_PX, WIDEST_PX // 8)


def test_a_picture_that_fits_keeps_its_size(tmp_path: Path) -> None:
    write_figure(tmp_path, pixels=(50, 80))
    with Image.open(io.BytesIO(small(tmp_path / "volcano-a.png"))) as picture:
        assert picture.size == (80, 50)


def test_a_title_of_markup_is_text() -> None:
    study = CONFIG.model_copy(update={"title": "<script>alert(1)</script> & 'friends'"})
    text = html(Contents(study, frames(), {}), datetime(2026, 1, 2, tzinfo=UTC))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;friends&#39;" in text
    assert "published 2026-01-02 00:00 UTC" in text


@pytest.mark.parametrize("study", ["s", "ivdd_usc_exosomes"])
def test_every_study_has_one_place(study: str) -> None:
    assert path(study, Path("/home")) == Path("/home/studies") / study / "report.html"
