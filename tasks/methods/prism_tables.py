"""Measurements as the three kinds of tables of GraphPad Prism."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from tasks.methods.biological_units import FAMILY, biological_units, with_unit
from tasks.methods.group_pictures import RELATIVE
from tasks.methods.prism_file import EMPTY, PrismTable, Value

QUANTITY = ("experiment", "measure", "unit", "scale")


def prism_tables(
    measurements: pl.DataFrame, labels: Mapping[str, str], primary_time_h: float | None, calibrator: str | None = None
) -> list[PrismTable]:
    """Tables of one assay, named by experiment, quantity, target, unit and time.

    ``measurements``: ``Measurement`` rows of one assay; ``labels``: of conditions, in display order. One value is one
    unit that n counts in group tests: a donor, or a culture. Values are those of the points in the figures: on a log2
    scale ratios (2^value), of expression and protein over the geometric mean of ``calibrator`` (2^-ΔΔCq; the first
    condition measured where it is not named or not there), which is 1. Per quantity and target: a column table,
    matched units in one row; where several times were measured also an XY table over hours, and the column table
    shows ``primary_time_h``, else the last time. Per quantity with several targets a grouped table, targets x
    conditions. Units left out by exclusions.csv are struck out, missing ones empty.
    """
    found: list[PrismTable] = []
    timed = measurements.with_columns(is_timed=pl.col("time_h").is_not_null())
    for (*key, _), rows in _groups(timed, (*QUANTITY, "is_timed")):
        base = _calibrator(rows, labels, calibrator)
        every = unit_values(rows, base)
        for is_relative, one in ((True, labels.get(base, base)), (False, "")):
            units = every.filter(is_relative=is_relative)
            found += _of_quantity(units, labels, primary_time_h, _quantity(one, *key[:-1]))
    return found


def _of_quantity(
    units: pl.DataFrame, labels: Mapping[str, str], primary_time_h: float | None, names: tuple[str, str]
) -> list[PrismTable]:
    """Column and XY tables of each target, then the grouped one. ``names``: of the quantity, and its unit."""
    quantity, unit = names
    found: list[PrismTable] = []
    targets = list(_groups(units, ("target",)))
    for (target,), mine in targets:
        name = ", ".join(filter(None, (quantity, target))) + unit
        if mine["time_h"].n_unique() > 1:
            found.append(_over_time(f"{name} over time", mine, labels))
        shown, when = _at(mine, primary_time_h)
        found.append(_by_condition(f"{name}{when}", shown, labels))
    if len(targets) > 1:
        shown, when = _at(units, primary_time_h)
        found.append(_by_target(f"{quantity} of all targets{unit}{when}", shown, labels))
    return found


def unit_values(rows: pl.DataFrame, calibrator: str) -> pl.DataFrame:
    """One row per unit, condition, target and time: ``value`` as people show it, and whether it is struck out.

    ``rows``: ``Measurement`` rows of one quantity of one experiment. ``is_relative``: to the mean of the calibrator's
    units at the same time, which a target must have at all its times. A unit of which everything is excluded is struck
    out with the mean of what was excluded; one without any value has no row.
    """
    counted = with_unit(rows)
    used = biological_units(counted)
    excluded = counted.filter("is_excluded").with_columns(is_excluded=pl.lit(value=False))
    keys = (*FAMILY, "condition", "unit")
    struck = biological_units(excluded).join(used, on=keys, how="anti", nulls_equal=True)
    both = pl.concat(
        [used.with_columns(is_struck=pl.lit(value=False)), struck.with_columns(is_struck=pl.lit(value=True))]
    )
    is_base = (pl.col("condition") == calibrator) & ~pl.col("is_struck")
    base = pl.col("value").filter(is_base).mean().over(FAMILY)
    can_be = pl.col("measure").is_in(RELATIVE) & (pl.col("scale") == "log2")
    based = both.with_columns(base=base).with_columns(
        is_relative=(can_be & pl.col("base").is_not_null()).all().over("measure", "target", "scale")
    )
    log2 = pl.when("is_relative").then(pl.col("value") - pl.col("base")).otherwise("value")
    people = pl.when(pl.col("scale") == "log2").then((log2 * pl.lit(2.0).log()).exp()).otherwise("value")
    return based.with_columns(value=people).drop("base").sort(*FAMILY, "condition", "unit")


def _calibrator(rows: pl.DataFrame, labels: Mapping[str, str], named: str | None) -> str:
    """The named condition where it was measured, else the first one that was."""
    present = list(_conditions(rows.filter(pl.col("value").is_not_null()), labels))
    return named if named is not None and named in present else next(iter(present), "")


def _groups(rows: pl.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], pl.DataFrame]]:
    for key, mine in sorted(rows.group_by(*by), key=lambda item: tuple(map(str, item[0]))):
        yield tuple(map(str, key)), mine


def _quantity(base: str, experiment: str, measure: str, unit: str) -> tuple[str, str]:
    """Experiment and quantity, and in brackets the unit and the condition that is 1."""
    shown = ", ".join(filter(None, (unit, base and f"{base} = 1")))
    return ", ".join(filter(None, (experiment, measure.replace("_", " ")))), f" ({shown})" if shown else ""


def _at(rows: pl.DataFrame, primary_time_h: float | None) -> tuple[pl.DataFrame, str]:
    """Rows of the primary time where it was measured, else of the last; and the time in words."""
    times = rows["time_h"].drop_nulls().sort().to_list()
    if not times:
        return rows, ""
    time = primary_time_h if primary_time_h is not None and primary_time_h in times else times[-1]
    return rows.filter(pl.col("time_h") == time), f", {time:g} h"


def _conditions(rows: pl.DataFrame, labels: Mapping[str, str]) -> dict[str, str]:
    present = set(rows["condition"])
    return {c: label for c, label in labels.items() if c in present} | {c: c for c in sorted(present - labels.keys())}


def _cells(rows: pl.DataFrame, *by: str) -> dict[tuple[object, ...], Value]:
    return {tuple(key): Value(v, struck) for *key, v, struck in rows.select(*by, "value", "is_struck").iter_rows()}


def _subcolumns(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``place``: a donor's subcolumn is the same in all conditions, cultures follow by name in each."""
    by_donor = (rows["n_unit"] == "donor").all()
    place = pl.col("unit").rank("dense")
    return rows.with_columns(place=place if by_donor else place.over("condition"))


def _by_condition(title: str, rows: pl.DataFrame, labels: Mapping[str, str]) -> PrismTable:
    """Columns are conditions; a row is a donor, or the n-th culture of a donor and block in every condition."""
    is_donor = pl.col("n_unit") == "donor"
    matched = (
        pl.when(is_donor).then("unit").otherwise(pl.concat_str("donor_id", "block", separator=" ")).str.strip_chars()
    )
    found = rows.sort("unit").with_columns(matched=matched)
    found = found.with_columns(place=pl.int_range(1, pl.len() + 1).over("matched", "condition"))
    places = found.select("matched", "place").unique().sort("matched", "place")
    is_alone = places["matched"].is_unique() & (places["matched"] != "")
    titles = [m if alone else f"{m} {n}".strip() for (m, n), alone in zip(places.iter_rows(), is_alone, strict=True)]
    cells = _cells(found, "condition", "matched", "place")
    columns = [
        (label, [[cells.get((c, *p), EMPTY) for p in places.iter_rows()]])
        for c, label in _conditions(rows, labels).items()
    ]
    return PrismTable(title, "OneWay", columns, titles)


def _by_target(title: str, rows: pl.DataFrame, labels: Mapping[str, str]) -> PrismTable:
    targets = rows["target"].unique().sort().to_list()
    return PrismTable(title, "TwoWay", _replicated(rows, "target", targets, labels), targets)


def _over_time(title: str, rows: pl.DataFrame, labels: Mapping[str, str]) -> PrismTable:
    times = rows["time_h"].unique().sort().to_list()
    return PrismTable(title, "XY", _replicated(rows, "time_h", times, labels), x=("Hours", times))


def _replicated(
    rows: pl.DataFrame, down: str, values: Sequence[object], labels: Mapping[str, str]
) -> list[tuple[str, list[list[Value]]]]:
    """Columns of conditions with a subcolumn per unit and a row per value of ``down``."""
    found = _subcolumns(rows)
    places = found["place"].unique().sort().to_list()
    cells = _cells(found, "condition", "place", down)
    return [
        (label, [[cells.get((c, p, v), EMPTY) for v in values] for p in places])
        for c, label in _conditions(rows, labels).items()
    ]
