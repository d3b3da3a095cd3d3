"""Mistakes in the plate setup of a qPCR run that its file alone shows."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from schemas.errors import Problem, Severity
from tasks.methods.layouts import named_wells

_FEWEST_GROUPS = 4  # a usual number of repeats needs some samples to be usual


def setup_problems(wells: pl.DataFrame, file: str) -> list[Problem]:
    """What a person should look at, one line a kind; ``wells`` are rows of ``core.qpcr_wells``.

    Wells of a sample that have a Cq but no sample name; a target whose samples have the same number of repeats but for
    one that lacks as many as another has too many (a well set up under the wrong name).
    """
    samples = wells.filter((pl.col("task") == "unknown") & ~pl.col("flag").fill_null("").str.contains("omitted"))
    return [*_nameless(samples, file), *_uneven(samples, file)]


def _nameless(samples: pl.DataFrame, file: str) -> Iterator[Problem]:
    lost = samples.filter(pl.col("sample_name").is_null() & pl.col("cq").is_not_null())
    if not lost.is_empty() and (lost["well"] != "").all():
        place = f"wells {named_wells(lost['well'].to_list())}"
        message = f"{lost['well'].n_unique()} wells have a Cq but no sample name, so they belong to no sample"
        remedy = "Name them in the plate setup and export again, or give the file a layout."
        yield Problem(Severity.WARNING, file, place, "", "no_sample_in_well", message, remedy)


def _uneven(samples: pl.DataFrame, file: str) -> Iterator[Problem]:
    counts = samples.filter(pl.col("sample_name").is_not_null()).group_by("plate", "target", "sample_name").len("n")
    for (_, target), group in sorted(counts.group_by("plate", "target"), key=lambda item: [str(k) for k in item[0]]):
        usual = min(group["n"].mode().to_list())
        fewer, more = group.filter(pl.col("n") < usual), group.filter(pl.col("n") > usual)
        is_usual = group.height >= _FEWEST_GROUPS and 2 * (group["n"] == usual).sum() >= group.height
        if not is_usual or fewer.is_empty() or more.is_empty():
            continue
        short, long = (
            fewer.sort("n", "sample_name").row(0, named=True),
            more.sort("n", "sample_name").row(-1, named=True),
        )
        wells = samples.filter((pl.col("sample_name") == long["sample_name"]) & (pl.col("target") == target))["well"]
        message = (
            f"{target} has {short['n']} of {short['sample_name']}'s wells and {long['n']} of {long['sample_name']}'s "
            f"where the others have {usual}: one may be set up under the wrong name"
        )
        remedy = "Compare the plate setup with the pipetting scheme."
        place = f"wells {named_wells(wells.to_list())}" if (wells != "").all() else ""
        yield Problem(Severity.WARNING, file, place, str(long["sample_name"]), "uneven_replicates", message, remedy)
