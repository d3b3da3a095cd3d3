"""Measurements with what exclusions.csv leaves out put back: which change, and what each of them has back. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.sheets import ExclusionRow

UNIT = ("experiment", "measure", "target", "sample_id", "time_h")  # rows of one are put back together
SAME = 1e-12  # the same wells averaged again
BETWEEN = "; "


@dataclass(frozen=True)
class LeftOut:
    """A row of exclusions.csv: the object of its file (null for a culture left out everywhere), and how to name it."""

    object_id: str | None
    well: str | None
    sample_id: str | None
    words: str

    @property
    def kind(self) -> str:
        """``well``, ``file``, ``culture`` (of all files), or ``culture of a file``."""
        if self.well is not None:
            return "well"
        if self.sample_id is not None:
            return "culture" if self.object_id is None else "culture of a file"
        return "file"

    def hits(self, columns: Iterable[str]) -> pl.Expr | None:
        """The rows of a frame that it names; null where the frame cannot tell."""
        known = set(columns)
        found = pl.lit(value=True)
        for column, value in (("object_id", self.object_id), ("well", self.well), ("sample_id", self.sample_id)):
            if value is not None:
                if column not in known:
                    return None
                found &= (pl.col(column) == value).fill_null(value=False)
        return found


def marked(facts: pl.DataFrame, left: Sequence[LeftOut], name: str) -> pl.DataFrame:
    """Add a column ``name``: every exclusion that names the row, with its reason; null for a row that none names."""
    named = []
    for one in left:
        hits = one.hits(facts.columns)
        if hits is not None:
            named.append(pl.when(hits).then(pl.lit(one.words)))
    words = pl.concat_str(named, separator=BETWEEN, ignore_nulls=True) if named else pl.lit("")
    return facts.with_columns(pl.when(words != "").then(words).alias(name))


def left_out_of(exclusions: pl.DataFrame, files: pl.DataFrame) -> list[LeftOut]:
    """What ``core.exclusions`` names of the loaded ones of ``core.raw_objects``, as ``left_out`` gives it."""
    rows = exclusions.select(file="file_name", well="well", sample="sample_id", reason="reason").unique().sort(pl.all())
    loaded = files.filter(pl.col("status") == "loaded").select("file_name", "object_id")
    return left_out([ExclusionRow(**row) for row in rows.iter_rows(named=True)], dict(loaded.iter_rows()))


def left_out(exclusions: Sequence[ExclusionRow], objects: Mapping[str, str]) -> list[LeftOut]:
    """Exclusions of files that are loaded (``objects``: name to object) and of whole cultures, each once."""
    found = []
    for row in exclusions:
        if row.file is None and (row.well is not None or row.sample is None):
            continue  # without its file a well is nowhere
        if row.file is None or row.file in objects:
            found.append(LeftOut(objects.get(row.file) if row.file else None, row.well, row.sample, _words(row)))
    return list(dict.fromkeys(found))


def _words(row: ExclusionRow) -> str:
    """``well B07 of landing/plate1.csv (bubble)``; no semicolon, which stands between several."""
    what = [f"well {row.well}"] if row.well else []
    what += [f"culture {row.sample}"] if row.sample else []
    what += [row.file if what else f"file {row.file}"] if row.file else []
    return f"{' of '.join(what)} ({row.reason})".replace(";", ",")


def listed(texts: Iterable[str | None]) -> str:
    """Every exclusion of several ``put_back`` texts, once, in order of first mention."""
    return BETWEEN.join(dict.fromkeys(one for text in texts if text for one in text.split(BETWEEN)))


def changed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``after`` whose culture has another value, or one more, than in ``before``.

    Both: ``Measurement`` rows of one assay without ``study_id`` and ``run_id``, ``before`` as the tests take them,
    ``after`` with everything put back. All rows of a culture's quantity at a time come if one of them changed.
    """
    by = [*UNIT, "block_id"]
    counted = before.with_columns(_was=pl.when(~pl.col("is_excluded")).then("value"), _is_known=pl.lit(value=True))
    both = after.join(counted.select(*by, "_was", "_is_known", "is_excluded"), on=by, how="left", nulls_equal=True)
    far = (pl.col("value") - pl.col("_was")).abs() > SAME * (1 + pl.col("value").abs())
    is_new = (
        pl.col("_is_known").is_null()
        | pl.col("is_excluded_right").fill_null(value=False)
        | (pl.col("value").is_null() != pl.col("_was").is_null())
        | far.fill_null(value=False)
    )
    units = both.filter(is_new).select(UNIT).unique()
    return after.join(units, on=UNIT, how="semi", nulls_equal=True, maintain_order="left")


def with_words(
    rows: pl.DataFrame, facts: Sequence[pl.DataFrame], left: Sequence[LeftOut], targets: Collection[str]
) -> pl.DataFrame:
    """Add ``put_back`` to changed measurements.

    ``facts``: the rows that were put back among others; ``targets``: of all measurements, changed or not. An exclusion
    is of a culture if it names one of its readings, at that time and of that target, or of a target that is no quantity
    itself (reference gene, loading control). A culture that changed without such (through blanks or a calibrator) has
    all exclusions named. Where there is still no value, that is said.
    """
    readings = [(one, *_places(one, facts)) for one in left]
    quantities = {target.casefold() for target in targets}
    words = []
    for row in rows.iter_rows(named=True):
        own = [
            one.words
            for one, is_whole, places in readings
            if (is_whole and one.sample_id == row["sample_id"])
            or any(
                sample == row["sample_id"]
                and time_h in (None, row["time_h"])
                and (target.casefold() in ("", row["target"].casefold()) or target.casefold() not in quantities)
                for sample, time_h, target in places
            )
        ]
        named = listed(own or [one.words for one, is_whole, places in readings if places and not is_whole])
        if row["value"] is None:
            why = (row["na_reason"] or "no reason is stored").replace("_", " ")
            named += f", still without a value: {why}"
        words.append(named)
    return rows.with_columns(put_back=pl.Series(words, dtype=pl.String))


def _places(one: LeftOut, facts: Sequence[pl.DataFrame]) -> tuple[bool, set[tuple[Any, Any, str]]]:
    """Whether a whole culture is left out, and (culture, time, target) of the readings that an exclusion names."""
    if one.object_id is None:
        return True, set()
    found: set[tuple[Any, Any, str]] = set()
    for frame in facts:
        hits = one.hits(frame.columns)
        if hits is not None and "sample_id" in frame.columns:
            absent = {"time_h": pl.lit(None, pl.Float64), "target": pl.lit("")}
            wanted = [
                "sample_id",
                *(pl.col(c).alias(c) if c in frame.columns else a.alias(c) for c, a in absent.items()),
            ]
            hit = frame.filter(hits).select(wanted).with_columns(pl.col("target").fill_null("")).unique()
            found |= set(hit.iter_rows())
    return False, found


def put_back(measured: pl.DataFrame, readmitted: pl.DataFrame, family: Sequence[str]) -> pl.DataFrame:
    """Measurements of every family in which something is put back, with it; ``put_back`` says what, else null.

    ``measured``: ``Measurement`` rows of one assay and experiment; ``readmitted``: its ``ReadmittedMeasurement`` rows.
    """
    touched = measured.join(readmitted.select(family).unique(), on=family, how="semi", nulls_equal=True)
    kept = touched.join(readmitted.select(UNIT).unique(), on=UNIT, how="anti", nulls_equal=True)
    back = readmitted.with_columns(is_excluded=pl.lit(value=False))
    return pl.concat([kept.with_columns(put_back=pl.lit(None, pl.String)), back], how="diagonal_relaxed")
