from __future__ import annotations

import io

import numpy as np
from PIL import Image

from tasks.simulation.identity import STAINS, TEM, file_name, file_rows, simulate_identity


def test_stained_cells_and_vesicles_are_drawn() -> None:
    files = simulate_identity(np.random.default_rng(7)).files
    assert [row["file"] for row in file_rows()] == list(files)
    for stain, colour in STAINS.items():
        with Image.open(io.BytesIO(files[file_name(stain)])) as image:
            pixels = np.asarray(image).reshape(-1, 3)
        is_coloured = np.ptp(pixels.astype(int), axis=1) > 60
        hue = pixels[is_coloured].mean(axis=0).argmax()
        assert is_coloured.mean() > 0.05
        assert hue == np.argmax(colour), stain
    with Image.open(io.BytesIO(files[file_name(TEM)])) as image:
        assert image.mode == "L"
