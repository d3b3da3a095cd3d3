"""Why cultures of a plate have no viability, in words: which plate or culture, its layout, what to do."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.errors import Problem, Severity
from tasks.methods.layouts import named_wells
from tasks.methods.viability import IS_LOST, MAX_OD

_NAMED = 5  # cultures named in a message
_PLATE = ("object_id", "plate")
TOLD_WHEN_READ = "blank_not_blank"  # by the check of the plate itself


def viability_losses(
    rows: pl.DataFrame,
    wells: pl.DataFrame,
    *,
    reference: str,
    files: Mapping[str, str],
    layouts: Mapping[str, str],
) -> list[Problem]:
    """One problem per plate and reason for the cultures without a percentage.

    ``rows``: as ``viability`` gives them; ``wells``: what it was given. ``files`` and ``layouts`` name an
    object's file and layout. Cultures that exclusions.csv leaves out are not told.
    """
    told = pl.col("na_reason").is_not_null() & (pl.col("na_reason") != TOLD_WHEN_READ) & ~pl.col("is_excluded")
    found = []
    for (object_id, plate, reason), lost in rows.filter(told).group_by(*_PLATE, "na_reason", maintain_order=True):
        here = rows.filter((pl.col("object_id") == object_id) & (pl.col("plate") == plate))
        layout = layouts.get(str(object_id))
        there = wells.filter((pl.col("object_id") == object_id) & (pl.col("plate") == plate))
        place, message, remedy = _WORDS.get(str(reason), _other)(lost, here, there, reference, layout)
        file = files.get(str(object_id), str(object_id)[:12])
        at = f"plate {plate}{', ' + place if place else ''}"
        first = str(lost["sample_id"][0])
        found.append(Problem(Severity.LOCAL, file, at, first, str(reason), message, remedy))
    return found


def _who(lost: pl.DataFrame, here: pl.DataFrame) -> str:
    """Which of a plate's cultures have none: all, or some by name."""
    names, every = sorted(set(lost["sample_id"])), set(here["sample_id"])
    if len(names) == len(every):
        return f"none of its {len(every)} cultures has a" if len(every) > 1 else f"its culture {names[0]} has no"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more} {'have' if len(names) > 1 else 'has'} no"


def _so(lost: pl.DataFrame, here: pl.DataFrame) -> str:
    times = sorted(set(lost["time_h"].drop_nulls()))
    when = f" at {', '.join(f'{t:g}' for t in times)} h" if set(times) != set(here["time_h"].drop_nulls()) else ""
    return f"{_who(lost, here)} viability{when}"


def _no_blank(
    lost: pl.DataFrame, here: pl.DataFrame, _: pl.DataFrame, __: str, layout: str | None
) -> tuple[str, str, str]:
    message = f"no well that counts is a blank, so {_so(lost, here)}"
    sheet = f"layouts/{layout}.csv" if layout else "a layout (layouts/NAME.csv, NAME in column layout of files.csv)"
    return "", message, f"Give the wells without cells the role blank in {sheet}."


def _no_reference(
    lost: pl.DataFrame, here: pl.DataFrame, _: pl.DataFrame, reference: str, layout: str | None
) -> tuple[str, str, str]:
    own = sorted(set(here.filter(pl.col("condition") == reference)["sample_id"]))
    what = f"no value of {', '.join(own[:_NAMED])}, its only" if own else "no culture of"
    message = f"the plate has {what} reference condition {reference}, so {_so(lost, here)}"
    sheet = f"Check layouts/{layout}.csv; " if layout else ""
    remedy = (
        f"{sheet}where the reference was on another plate, write `scope: experiment` under viability in study.yaml, "
        "where another condition is it, `reference`."
    )
    return "", message, remedy[0].upper() + remedy[1:]


def _not_above(
    lost: pl.DataFrame, here: pl.DataFrame, _: pl.DataFrame, reference: str, layout: str | None
) -> tuple[str, str, str]:
    message = f"the reference condition {reference} reads no higher than the blank, so {_so(lost, here)}"
    return "", message, f"Check the wells of {reference} and the blanks{f' in layouts/{layout}.csv' if layout else ''}."


def _wells_lost(
    lost: pl.DataFrame, _: pl.DataFrame, wells: pl.DataFrame, __: str, ___: str | None
) -> tuple[str, str, str]:
    told, gone = [], set()
    for row in lost.head(_NAMED).iter_rows(named=True):
        is_its = (pl.col("sample_id") == row["sample_id"]) & pl.col("time_h").eq_missing(row["time_h"])
        its = wells.filter(is_its & IS_LOST).sort("well").unique("well", keep="first", maintain_order=True)
        gone |= set(its["well"])
        why = ", ".join(f"{w['well']} {_why(w['flag'])}" for w in its.iter_rows(named=True))
        at = f" at {row['time_h']:g} h" if row["time_h"] is not None else ""
        told.append(f"{row['sample_id']} lost {row['lost_count']} of its {row['lost_count'] + row['well_count']} wells"
                    f"{at} ({why})")  # fmt: skip
    more = f" and {lost.height - _NAMED} more cultures" if lost.height > _NAMED else ""
    has = "they have" if lost.height > 1 else "it has"
    message = f"{'; '.join(told)}{more}: more than a third, so {has} no value in any test"
    remedy = "Dilute or stop the colour reaction earlier and read again, or name the culture in exclusions.csv."
    return f"wells {named_wells(sorted(gone))}", message, remedy


def _why(flag: str | None) -> str:
    if flag is None or "over_range" in flag:
        return f"above {MAX_OD:g} OD"
    return "not read" if "missed" in flag else "overflow"


def _other(lost: pl.DataFrame, here: pl.DataFrame, _: pl.DataFrame, __: str, ___: str | None) -> tuple[str, str, str]:
    reason = str(lost["na_reason"][0]).replace("_", " ")
    return "", f"{_so(lost, here)}: {reason}", "Look at the plate's wells in core.plate_wells."


_WORDS = {
    "no_blank_on_plate": _no_blank,
    "no_reference_on_plate": _no_reference,
    "no_reference_in_experiment": _no_reference,
    "reference_not_above_blank": _not_above,
    "too_many_wells_lost": _wells_lost,
}
