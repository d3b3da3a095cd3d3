from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tasks.methods.page_pictures import LARGEST_CSV, LARGEST_SVG, Files, embedded, smaller


def png(width: int = 800, height: int = 100) -> bytes:
    """A smooth picture of thousands of colours."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    pixels = np.stack([x % 256, y % 256, (x * y) % 256], axis=-1).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


def figure(*, svg: int = 100, csv: int = 100) -> Files:
    return Files(b"<svg/>" + b" " * (svg - 6), png(), b"a\n" + b"1" * (csv - 2), 85.0, 40.0)


def data(address: str) -> bytes:
    return base64.b64decode(address.partition(";base64,")[2])


def test_a_small_figure_is_held_as_it_is() -> None:
    found = embedded({"volcano": figure()})["volcano"]
    assert found.image.startswith("data:image/svg+xml;base64,")
    assert data(found.image) == figure().svg
    assert data(found.source) == figure().csv
    assert (found.width_px, found.height_px) == (425, 200)


def test_a_large_figure_is_a_picture_and_its_numbers_lie_beside() -> None:
    found = embedded({"volcano": figure(svg=LARGEST_SVG + 1, csv=LARGEST_CSV + 1)})["volcano"]
    assert found.image.startswith("data:image/png;base64,")
    assert (found.source, found.png, found.svg) == tuple(f"figures/volcano.{e}" for e in ("csv", "png", "svg"))


def test_a_page_of_many_figures_saves_numbers_then_svg_then_pixels() -> None:
    figures = {str(i): figure(svg=50_000, csv=10_000) for i in range(4)}
    svg = 4 * len(embedded(figures)["0"].image)
    steps = [embedded(figures, budget) for budget in (10**9, svg + 100, svg - 1, 1)]
    sizes = [sum(len(f.image) + len(f.source) for f in found.values()) for found in steps]
    assert sizes == sorted(sizes, reverse=True)
    assert [found["0"].source.startswith("data:") for found in steps] == [True, False, False, False]
    assert [found["0"].image.startswith("data:image/svg") for found in steps] == [True, True, False, False]
    with Image.open(io.BytesIO(data(steps[-1]["0"].image))) as picture:
        assert picture.size == (200, 25)
    assert all(found.keys() == figures.keys() for found in steps)  # no figure is left out


@pytest.mark.parametrize(("shrink", "size"), [(1, (800, 100)), (2, (400, 50)), (50, (16, 2))])
def test_a_picture_is_smaller_and_not_distorted(shrink: int, size: tuple[int, int]) -> None:
    found = smaller(png(), shrink)
    assert len(found) < len(png())
    with Image.open(io.BytesIO(found)) as picture:
        assert picture.size == size


def test_colours_stay_apart_and_nearly_as_they_were() -> None:
    colours = ["#FFFFFF", "#222222", "#D55E00", "#0072B2", "#C8C8C8"]
    flat = Image.new("RGB", (100, 100))
    for index, colour in enumerate(colours):
        flat.paste(colour, (0, 20 * index, 100, 20 * index + 20))
    stream = io.BytesIO()
    flat.save(stream, format="PNG", compress_level=0)
    with Image.open(io.BytesIO(smaller(stream.getvalue()))) as picture:
        found = picture.convert("RGB")
    before, after = (np.asarray(image, dtype=int)[10::20, 50] for image in (flat, found))
    assert np.abs(before - after).max() <= 8


def test_a_picture_that_cannot_be_smaller_stays() -> None:
    tiny = smaller(png(4, 4))
    assert smaller(tiny) == tiny


def test_no_figures_are_no_matter() -> None:
    assert embedded({}) == {}
