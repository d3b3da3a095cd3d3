"""Figures as a page holds them: as good as they are while the page stays small enough to be mailed. Pure."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from tasks.methods.report_page import Embedded, data_address

LARGEST_SVG, LARGEST_CSV = 60_000, 40_000  # bytes; larger ones are a PNG, or a file beside the page
BUDGET = 9_000_000  # letters of all figures of a page
COLOURS = 255
PX_PER_MM = 5.0  # on a screen: a column of 85 mm is 425 px


@dataclass(frozen=True)
class Thrift:
    """What a page saves: numbers lie beside it, no SVG is held, pictures are this much smaller than in print."""

    has_source: bool = True
    has_svg: bool = True
    shrink: int = 1


LADDER = (
    Thrift(),
    Thrift(has_source=False),
    Thrift(has_source=False, has_svg=False),
    Thrift(has_source=False, has_svg=False, shrink=2),
    Thrift(has_source=False, has_svg=False, shrink=4),
)


@dataclass(frozen=True)
class Files:
    """Bytes of a figure's three files, and its size in print."""

    svg: bytes
    png: bytes
    csv: bytes
    width_mm: float
    height_mm: float


def embedded(figures: Mapping[str, Files], budget: int = BUDGET) -> dict[str, Embedded]:
    """All figures of a page by stem, at the first step of the ladder that stays within the budget.

    Beyond its last step a page grows: no figure is left out.
    """
    made: dict[tuple[str, int], bytes] = {}
    found: dict[str, Embedded] = {}
    for thrift in LADDER:
        found = {stem: _held(stem, files, thrift, made) for stem, files in figures.items()}
        if sum(len(file.image) + len(file.source) for file in found.values()) <= budget:
            break
    return found


def _held(stem: str, files: Files, thrift: Thrift, made: dict[tuple[str, int], bytes]) -> Embedded:
    if thrift.has_svg and len(files.svg) <= LARGEST_SVG:
        image = data_address("image/svg+xml", files.svg)
    else:
        if (stem, thrift.shrink) not in made:
            made[stem, thrift.shrink] = smaller(files.png, thrift.shrink)
        image = data_address("image/png", made[stem, thrift.shrink])
    is_held = thrift.has_source and len(files.csv) <= LARGEST_CSV
    return Embedded(
        image=image,
        source=data_address("text/csv", files.csv) if is_held else f"figures/{stem}.csv",
        width_px=round(files.width_mm * PX_PER_MM),
        height_px=round(files.height_mm * PX_PER_MM),
        png=f"figures/{stem}.png",
        svg=f"figures/{stem}.svg",
    )


def smaller(png: bytes, shrink: int = 1) -> bytes:
    """A picture of few colours, of its width divided by ``shrink``; the picture itself where that is no smaller."""
    with Image.open(io.BytesIO(png)) as picture:
        flat = picture.convert("RGB")
    reduced = flat.reduce(shrink)
    stream = io.BytesIO()
    # a fifth of the time of the best palette and compression, for a tenth more bytes at most
    few = reduced.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(stream, format="PNG", compress_level=6)
    return min(stream.getvalue(), png, key=len)
