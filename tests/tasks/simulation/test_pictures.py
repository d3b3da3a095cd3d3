from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tasks.simulation.design import NOTICE
from tasks.simulation.pictures import Pixels, field, png, tiff


def drawn(count: int) -> Pixels:
    return field([(count, (40, 90, 200))], np.random.default_rng(1))


@pytest.mark.parametrize(("write", "key"), [(png, "Description"), (tiff, 270)])
def test_a_picture_keeps_its_pixels_and_says_that_it_is_simulated(
    write: Callable[[Pixels], bytes], key: str | int
) -> None:
    pixels = drawn(5)
    with Image.open(io.BytesIO(write(pixels))) as image:
        assert np.array_equal(np.asarray(image), pixels)
        said = image.info.get(key) if isinstance(key, str) else image.getexif()[key]
    assert said == NOTICE
    assert write(pixels) == write(pixels)


def test_more_cells_cover_more_of_the_field() -> None:
    covered = [float((drawn(count)[:, :, 0] < 120).mean()) for count in (0, 10, 40)]
    assert covered[0] == 0
    assert 0 < covered[1] < covered[2]
