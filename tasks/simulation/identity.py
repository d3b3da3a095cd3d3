"""Simulate pictures that show what the cells and vesicles are: differentiation of USC, exosomes under the TEM."""

from __future__ import annotations

import numpy as np

from tasks.simulation.design import DONORS
from tasks.simulation.drawn import Drawn, Row
from tasks.simulation.pictures import UNSTAINED, Colour, Pixels, field, png

STAINS: dict[str, Colour] = {"alizarin red": (176, 52, 40), "alcian blue": (64, 112, 176), "oil red O": (196, 72, 60)}
STAINED, OTHERS = 70, 25  # cells of a field
TEM = "TEM"
VESICLES = 22
TEM_SHAPE, NM_A_PIXEL, VESICLE_NM = (150, 200), 6.0, 108.0


def file_name(what: str) -> str:
    """Picture of the first donor's USC under a stain, or of the exosomes under the TEM."""
    name = f"EXO_{DONORS[0].urine_donor}" if what == TEM else f"USC_{DONORS[0].urine_donor}"
    return f"landing/pictures/{name}_{what.replace(' ', '_')}.png"


def file_rows() -> list[Row]:
    """Rows of files.csv."""
    cells, exosomes = f"USC_{DONORS[0].urine_donor}", f"EXO_{DONORS[0].urine_donor}"
    stained: list[Row] = [
        {"file": file_name(stain), "assay": "image", "sample": cells, "marker": stain} for stain in STAINS
    ]
    return [*stained, {"file": file_name(TEM), "assay": "image", "sample": exosomes, "marker": TEM}]


def _vesicles(rng: np.random.Generator) -> Pixels:
    """Negatively stained vesicles: bright cups with a dark rim on grey, rows x columns."""
    rows, columns = np.mgrid[: TEM_SHAPE[0], : TEM_SHAPE[1]]
    picture = np.full(TEM_SHAPE, 118.0)
    for _ in range(VESICLES):
        radius = VESICLE_NM / NM_A_PIXEL / 2 * np.exp(rng.normal(0, 0.25))
        distance = np.hypot(rows - rng.uniform(0, TEM_SHAPE[0]), columns - rng.uniform(0, TEM_SHAPE[1])) / radius
        picture = np.where(distance < 1, 188 - 46 * np.clip(1 - distance, 0, 1), picture)
        picture -= 58 * np.exp(-(((distance - 1) / 0.13) ** 2))
    return np.clip(picture + rng.normal(0, 5, TEM_SHAPE), 0, 255).astype(np.uint8)


def simulate_identity(rng: np.random.Generator) -> Drawn:
    """Bone, cartilage and fat stains of one USC culture, and one electron micrograph; nothing is measured on them."""
    files = {file_name(s): png(field([(OTHERS, UNSTAINED), (STAINED, c)], rng)) for s, c in STAINS.items()}
    return Drawn(files | {file_name(TEM): png(_vesicles(rng))}, {"stains": list(STAINS)})
