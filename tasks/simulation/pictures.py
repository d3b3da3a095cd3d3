"""Draw stained cells and write pictures that say of themselves that they are simulated."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from tasks.simulation.design import NOTICE

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
UNSTAINED: Colour = (196, 190, 182)
_DESCRIPTION_TAG = 270
_EDGE = 0.25  # softness of a cell's rim, in radii


def png(pixels: Pixels) -> bytes:
    """PNG of grey (rows x columns) or RGB (rows x columns x 3) pixels, 8 bits."""
    from PIL import Image, PngImagePlugin  # noqa: PLC0415 -- slow to import

    said = PngImagePlugin.PngInfo()
    said.add_text("Description", NOTICE)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", pnginfo=said, optimize=True)
    return out.getvalue()


def tiff(pixels: Pixels) -> bytes:
    """Compressed TIFF of the same kinds of pixels."""
    from PIL import Image  # noqa: PLC0415 -- slow to import

    out = io.BytesIO()
    image = Image.fromarray(pixels)
    image.save(out, "TIFF", compression="tiff_adobe_deflate", tiffinfo={_DESCRIPTION_TAG: NOTICE})
    return out.getvalue()


def field(
    cells: list[tuple[int, Colour]],
    rng: np.random.Generator,
    *,
    shape: tuple[int, int] = (150, 200),
    radius: float = 6.0,
    ground: Colour = (232, 228, 220),
) -> Pixels:
    """A bright-field picture: so many cells of each colour at random places on an uneven ground.

    Returns ``shape`` (rows x columns) x 3 RGB pixels; cells may overlap as they do in a dish.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    light = 1 - 0.08 * ((rows / shape[0] - 0.5) ** 2 + (columns / shape[1] - 0.5) ** 2)
    picture = np.array(ground) * light[:, :, None]
    for count, colour in cells:
        for _ in range(count):
            y, x, turn = rng.uniform(0, shape[0]), rng.uniform(0, shape[1]), rng.uniform(0, np.pi)
            long, short = radius * rng.uniform(0.8, 1.4), radius * rng.uniform(0.4, 0.8)
            reach = (1 + _EDGE) * max(long, short)
            near = tuple(slice(max(int(at - reach), 0), int(at + reach) + 2) for at in (y, x))
            down, right = rows[near] - y, columns[near] - x
            along = right * np.cos(turn) + down * np.sin(turn)
            across = down * np.cos(turn) - right * np.sin(turn)
            distance = np.hypot(along / long, across / short)
            cover = np.clip((1 + _EDGE - distance) / _EDGE, 0, 1)[:, :, None]
            picture[near] = picture[near] * (1 - cover) + np.array(colour) * rng.uniform(0.9, 1.05) * cover
    noisy = picture + rng.normal(0, 1.5, shape)[:, :, None]
    return np.asarray(np.clip(noisy, 0, 255), dtype=np.uint8)
