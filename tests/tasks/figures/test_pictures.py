from __future__ import annotations

import io

import numpy as np
import polars as pl
from PIL import Image

from tasks.figures.pictures import FIGURE, FILES, IMAGES, MOST
from tests.tasks.figures.bench_frames import part_and_frames, study
from tests.tasks.figures.pictures import drawn, words


def png(grey: int) -> bytes:
    stream = io.BytesIO()
    pixels = np.full((30, 40), grey, dtype=np.uint8)
    pixels[:10] = 255
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def frames(*rows: dict[str, object]) -> dict[str, pl.DataFrame]:
    empty = {"sample_id": None, "material_id": None, "sample_name": None, "stain": None, "membrane": None,
             "width_px": 400, "height_px": 300}  # fmt: skip
    full = [{"object_id": f"o{i}", "thumbnail": png(i), **empty, **row} for i, row in enumerate(rows)]
    text = dict.fromkeys(("sample_id", "material_id", "sample_name", "stain", "membrane"), pl.String)
    names = [{"object_id": f"o{i}", "file_name": f"p{i}.png"} for i in range(len(rows))]
    return {IMAGES: pl.DataFrame(full, schema_overrides={**text, "thumbnail": pl.Binary}), FILES: pl.DataFrame(names)}


def test_cultures_stand_together_by_stain_in_the_order_of_conditions() -> None:
    found = frames(
        {"sample_id": "il1b_1", "stain": "SA-β-gal"},
        {"sample_id": "control_1", "stain": "SA-β-gal"},
        {"material_id": "USC_U1", "stain": "oil red O"},
        {"material_id": "USC_U1", "stain": "alizarin red"},
        {"membrane": "M1"},
    )
    assert [p.key for p in FIGURE.parts(study(), found)] == ["SA-β-gal", "USC_U1"]
    part, kept = part_and_frames(FIGURE, study(), found)
    drawing = drawn(FIGURE, part, kept)
    assert [a.get_title() for a in drawing.figure.axes] == ["Control (control_1)", "IL-1β (il1b_1)"]
    assert [int(a.images[0].get_array()[-1, 0]) for a in drawing.figure.axes] == [1, 0]
    assert drawing.source["file"].to_list() == ["p1.png", "p0.png"]
    part, kept = part_and_frames(FIGURE, study(), found, 1)
    assert {"alizarin red", "oil red O"} <= words(drawn(FIGURE, part, kept))


def test_many_pictures_fill_pages_and_lost_previews_are_said() -> None:
    many = [{"sample_name": f"S{i:02}", "stain": "TEM", "thumbnail": None if i == 15 else png(i)} for i in range(17)]
    found = frames(*many)
    assert len(FIGURE.parts(study(), found)) == 2
    part, kept = part_and_frames(FIGURE, study(), found, 1)
    drawing = drawn(FIGURE, part, kept)
    assert drawing.source.height == 17 - MOST - 1
    assert "1 further ones have no preview" in drawing.caption
    none = {**kept, IMAGES: kept[IMAGES].with_columns(thumbnail=pl.lit(None, pl.Binary))}
    assert FIGURE.draw(part, none) == "no picture of TEM has a preview"
