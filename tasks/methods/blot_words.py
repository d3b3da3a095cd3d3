"""The words of a blot's figure. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl


def span(mine: pl.DataFrame, target: str) -> str:
    """Where a target is densest and where faintest, of the rows of its lanes."""
    known = mine.drop_nulls("signal").sort("signal")
    if not known.height:
        return f"{target} has no density"
    first, last = known.row(0, named=True), known.row(-1, named=True)
    return f"{target} is densest in lane {last['lane']} ({last['name']}), faintest in {first['lane']} ({first['name']})"


def caption_of(
    found: pl.DataFrame,
    images: pl.DataFrame,
    given: Mapping[str, Any],
    counts: tuple[int, int, int],
) -> str:
    """What is drawn of a membrane.

    ``counts``: strips over bars, pictures whose lanes could not be told, further pictures of the same proteins.
    """
    cut, unclear, again = counts
    present = {given["conditions"].get(s) for s in found["sample_id"].drop_nulls()}
    shown = [label for name, label in given["labels"].items() if name in present]
    text = (
        f"Membrane {given['membrane']}: density of each band, background taken off, in percent of the densest lane of "
    )
    text += "its target; not divided by the loading. "
    if shown:
        text += f"Colours: conditions ({', '.join(shown)}). "
    text += "Below, sample and number of the lane. "
    if found["is_excluded"].any():
        text += "Dotted, with the word excluded: left out by exclusions.csv, in no mean and no test. "
    pictured = [i for i in images.sort("object_id").iter_rows(named=True) if i["thumbnail"]]
    sizes = ", ".join(f"{i['width_px']} x {i['height_px']} pixels" for i in pictured)
    if cut:
        text += (
            "Over the bars, each protein's strip of the picture: lanes share its width evenly, and the darkness of the "
            "strip's lanes, which follows the densities, says whose it is. "
        )
    if unclear:
        text += "Above, the membrane as pictured; its lanes could not be told: they do not stand over the bars. "
    if again:
        which = "another picture" if again == 1 else f"{again} other pictures"
        text += f"Above{' too' if unclear else ''}, {which} of proteins whose strips stand over the bars. "
    if pictured:
        text += f"Pictures are reduced (the original has {sizes}). "
    else:
        text += "No picture of the membrane was loaded. "
    lost = images.height - len(pictured)
    text += f"{lost} pictures have no preview. " if lost else ""
    return text + "One band is one measurement: no statistics are shown."
