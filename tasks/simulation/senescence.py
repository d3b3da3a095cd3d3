"""Simulate SA-β-gal stainings: counted fields of every culture, and pictures of some of them."""

from __future__ import annotations

import numpy as np

from tasks.simulation.design import BENCH, CONDITIONS, DONORS
from tasks.simulation.drawn import Drawn, Row, table
from tasks.simulation.pictures import UNSTAINED, field, png, tiff

STAIN = "SA-β-gal"
PERCENT = dict(zip(CONDITIONS, (11.0, 46.0, 27.0, 39.0, 18.0, 23.0), strict=True))  # positive cells
FIELDS, CELLS_PER_FIELD = 5, 85
DONOR_SD, CULTURE_SD = 0.12, 0.08  # logit
BLUE_GREEN = (92, 150, 158)
IMAGEJ_DONOR = DONORS[-1].donor  # somebody else counted this donor, in ImageJ
PICTURED = ("control", "il1b", "il1b_exo")  # first field of the first donor
IMAGEJ = {counted: f"landing/senescence/Summary_{IMAGEJ_DONOR}_{counted}.csv" for counted in ("positive", "total")}


def table_name(donor: str) -> str:
    """The sheet that a donor's fields were noted in."""
    return f"landing/senescence/bgal_{donor}.csv"


def picture_name(condition: str) -> str:
    """Picture of the first field of a culture of the first donor."""
    return f"landing/senescence/{DONORS[0].donor}_{condition}_field1.{'tif' if condition == PICTURED[-1] else 'png'}"


def file_rows() -> list[Row]:
    """Rows of files.csv."""
    about: Row = {"assay": "senescence", "marker": STAIN}
    sheets: list[Row] = [about | {"file": table_name(d.donor)} for d in DONORS if d.donor != IMAGEJ_DONOR]
    summaries: list[Row] = [about | {"file": name, "counted": counted} for counted, name in IMAGEJ.items()]
    pictures: list[Row] = [
        about | {"file": picture_name(c.treatment.condition), "sample": c.sample}
        for c in BENCH
        if c.donor == DONORS[0] and c.treatment.condition in PICTURED
    ]
    return [*sheets, *summaries, *pictures]


def _summary(rows: list[list[object]]) -> bytes:
    """ImageJ's summary of analysed particles: one picture a row, its folder named for the culture."""
    return table("Slice,Count,Total Area,Average Size,%Area,Mean", rows)


def simulate_senescence(rng: np.random.Generator) -> Drawn:
    """β-gal counts of all bench cultures, five fields each.

    A donor's cells are more or less senescent throughout, cultures vary about that (on the logit scale), and each
    cell is positive or not by chance. Pictures show as many cells as were counted in their field.
    """
    donor_shift = dict(zip(DONORS, rng.normal(0, DONOR_SD, len(DONORS)), strict=True))
    sheets: dict[str, list[list[object]]] = {d.donor: [] for d in DONORS}
    summaries: dict[str, list[list[object]]] = {"positive": [], "total": []}
    counted: dict[str, dict[str, int]] = {}
    files: dict[str, bytes] = {}
    for culture in BENCH:
        condition, donor = culture.treatment.condition, culture.donor.donor
        odds = PERCENT[condition] / (100 - PERCENT[condition])
        odds *= np.exp(donor_shift[culture.donor] + rng.normal(0, CULTURE_SD))
        total = rng.poisson(CELLS_PER_FIELD, FIELDS)
        positive = rng.binomial(total, odds / (1 + odds))
        counted[culture.sample] = {"positive": int(positive.sum()), "total": int(total.sum())}
        for number, (p, n) in enumerate(zip(positive.tolist(), total.tolist(), strict=True), start=1):
            sheets[donor].append([culture.sample, number, p, n])
            for kind, count in (("positive", p), ("total", n)):
                area = count * 310
                row: list[object] = [f"{culture.sample}/field_{number}.tif", count, area, "310.000"]
                summaries[kind].append([*row, f"{area / 19200:.3f}", "255"])
        if donor == DONORS[0].donor and condition in PICTURED:
            pixels = field([(int(total[0] - positive[0]), UNSTAINED), (int(positive[0]), BLUE_GREEN)], rng)
            name = picture_name(condition)
            files[name] = (tiff if name.endswith("tif") else png)(pixels)
    for donor, rows in sheets.items():
        if donor != IMAGEJ_DONOR:
            files[table_name(donor)] = table("sample,field,positive,total", rows)
    own = [f"{c.sample}/" for c in BENCH if c.donor.donor == IMAGEJ_DONOR]
    for kind, rows in summaries.items():
        files[IMAGEJ[kind]] = _summary([row for row in rows if str(row[0]).startswith(tuple(own))])
    return Drawn(files, {"stain": STAIN, "percent_positive": PERCENT, "counted": counted})
