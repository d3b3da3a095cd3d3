"""Which changed files and exclusions a changed result row comes from: those that it reads, and no others of its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from schemas.base import declared, derived_tables, tables
from schemas.study import Study
from tasks.contracts import Analysis, analyses
from warehouse.plan import is_fact
from warehouse.store import Session

PLATES, QPCR = "core.plate_wells", "core.qpcr_wells"
_PLACE = ("well", "sample_id", "time_h", "target", "task")
CONTENTS = {"table": pl.String, "object_id": pl.String, "well": pl.String, "sample_id": pl.String,
            "time_h": pl.Float64, "target": pl.String, "task": pl.String, "condition": pl.String,
            "plate": pl.String}  # fmt: skip
REACH = {"cause": pl.String, "sample_id": pl.String, "time_h": pl.Float64, "target": pl.String}
BLAME = {"table": pl.String, "row": pl.String, "cause": pl.String}


def contents(session: Session, study_id: str) -> pl.DataFrame:
    """What every loaded file holds of cultures, times and targets: distinct places of the tables that name cultures.

    ``plate``: of a plate reader's file what shares a reference, the plate's name, after the file where that is its own.
    """
    found = [pl.DataFrame(schema=CONTENTS)]
    for table in tables():
        known = declared()[table].model_fields
        if is_fact(table) and "sample_id" in known:
            wanted = ["object_id", *(c for c in _PLACE if c in known)]
            if table == PLATES:
                wanted += ["plate", "plate_is_explicit"]
            rows = session.read(table, {"study_id": [study_id]}, wanted, distinct=True)
            if table == PLATES:
                own = pl.concat_str("object_id", "plate", separator="/")
                rows = rows.with_columns(plate=pl.when("plate_is_explicit").then("plate").otherwise(own))
            found.append(rows.with_columns(pl.lit(table).alias("table")))
    samples = session.read("core.samples", {"study_id": [study_id]}, ["sample_id", "condition"])
    whole = pl.concat(found, how="diagonal_relaxed").drop("condition").join(samples, on="sample_id", how="left")
    return whole.select(*CONTENTS).sort(pl.all(), nulls_last=True)


def reach(causes: pl.DataFrame, held: pl.DataFrame, study: Study, quantities: set[str]) -> pl.DataFrame:
    """Cultures, times and targets whose values each cause may move (``REACH``; null is any).

    ``causes``: ``cause, object_id, well, sample_id``, one row per object of a file, the last two null for a whole
    file; ``held``: ``contents``; ``quantities``: targets that are measured, in small letters: others (reference genes,
    loading controls) serve every target. Readings of the calibrator, and what runs share, serve every culture. Blanks
    serve the cultures of their plate at that time; the reference of viability, and with it its blanks, serves those of
    its plate at that time, or every culture where `viability.scope` says so. Of a file that holds no culture nothing is
    known: any.
    """
    places = _places(held, study, quantities)
    named = causes.join(places, on="object_id", how="inner", suffix="_held")
    hit = named.filter(
        (pl.col("well").is_null() | (pl.col("well") == pl.col("well_held")))
        & (pl.col("sample_id").is_null() | (pl.col("sample_id") == pl.col("sample_id_held")))
    ).with_columns(sample_id="sample_id_held")
    is_blank = pl.col("sample_id").is_null() & ~pl.col("_is_shared")
    beside = places.filter(pl.col("sample_id").is_not_null()).drop("well")
    at = ["plate", "time_h"]
    served = hit.filter(is_blank).select("cause", "object_id", *at).unique()
    served = served.join(beside, on=["object_id", *at], how="inner", nulls_equal=True)
    served = served.with_columns(pl.col("_is_shared") & pl.col("_is_reference"))  # an NTC calibrates nothing
    moved = pl.concat([hit.filter(~is_blank).select(served.columns), served])
    reference = moved.filter(pl.col("_is_reference") & ~pl.col("_is_shared")).select("cause", *at).unique()
    compared = reference.join(beside.filter("_is_read"), on=at, how="inner", nulls_equal=True)
    own = moved.with_columns(sample_id=pl.when(~pl.col("_is_shared")).then("sample_id"))
    known = pl.concat([own.select(*REACH), compared.select(*REACH)]).unique()
    unknown = causes.join(held.filter(pl.col("sample_id").is_not_null()), on="object_id", how="anti")
    return pl.concat([known, unknown.select("cause").unique()], how="diagonal")


def _places(held: pl.DataFrame, study: Study, quantities: set[str]) -> pl.DataFrame:
    """Places with what they serve.

    ``_is_read``: of a plate reader; ``_is_reference``: of what viability is compared with; ``_is_shared``: every
    culture is computed with it. ``time_h`` is null where a plate's first time serves the others.
    """
    config, options = study.config, study.config.viability
    is_read, condition = pl.col("table") == PLATES, pl.col("condition")
    is_reference = is_read & (condition == (options.reference or config.reference))
    is_calibrator = (pl.col("table") == QPCR) & (condition == (config.qpcr.calibrator or config.reference))
    is_shared = is_calibrator | pl.col("task").is_in(["irc", "standard"])
    if options.scope == "experiment":
        is_shared |= is_reference
    time_h = pl.col("time_h") if options.time == "same" else pl.when(~is_read).then("time_h")
    target = pl.col("target").str.to_lowercase()
    return held.select(
        "object_id", pl.coalesce("plate", "object_id").alias("plate"), "well", "sample_id", time_h,
        _is_read=is_read, _is_reference=is_reference.fill_null(value=False),
        _is_shared=is_shared.fill_null(value=False),
        target=pl.when(target.is_in(sorted(quantities))).then(target),
    ).unique()  # fmt: skip


def blame(changed: Mapping[str, pl.DataFrame], read: pl.DataFrame, reached: pl.DataFrame) -> pl.DataFrame:
    """The causes of every changed row (``BLAME``).

    ``changed``: by table its changed rows, once each: ``row``, ``run_before``, ``run_now`` and the key's columns, raw
    files by name; ``read``: ``run_id, cause, file``, what each run reads, directly or through others. An analysis of
    raw files takes the causes that reach the row; one of results those of the changed rows that agree with it.
    """
    found: dict[str, pl.DataFrame] = {}
    for analysis in analyses().values():
        for table in (t for t in analysis.writes if t in changed):
            rows = changed[table]
            runs = [rows.select("row", pl.col(c).alias("run_id")) for c in ("run_before", "run_now")]
            given = pl.concat(runs).unique().join(read, on="run_id").select("row", "cause", "file").unique()
            parts = [
                *_direct(analysis, rows, given, reached),
                *_inherited(analysis, table, rows, given, changed, found),
            ]
            found[table] = pl.concat([pl.DataFrame(schema={"row": pl.String, "cause": pl.String}), *parts]).unique()
    told = [frame.select(pl.lit(table).alias("table"), "row", "cause") for table, frame in found.items()]
    return pl.concat([pl.DataFrame(schema=BLAME), *told])


def _direct(
    analysis: Analysis, rows: pl.DataFrame, given: pl.DataFrame, reached: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Causes of rows that are made of raw files: of a culture's values those that reach it; else all that were read."""
    if not any(is_fact(t) or t in derived_tables() for t in analysis.reads):
        return
    pairs = given.join(rows, on="row")
    if analysis.feeds or analysis.repeats_feeds:
        both = pairs.join(reached, on="cause", suffix="_reached")
        for column in (c for c in ("sample_id", "time_h", "target") if c in rows.columns):
            mine = pl.col(column).str.to_lowercase() if column == "target" else pl.col(column)
            there = pl.col(f"{column}_reached")
            both = both.filter(there.is_null() | mine.is_null() | (there == mine))
        pairs = both
    elif "object_id" in rows.columns:
        pairs = pairs.filter(pl.col("object_id") == pl.col("file"))
    yield pairs.select("row", "cause")


def _inherited(
    analysis: Analysis,
    table: str,
    rows: pl.DataFrame,
    given: pl.DataFrame,
    changed: Mapping[str, pl.DataFrame],
    found: Mapping[str, pl.DataFrame],
) -> Iterator[pl.DataFrame]:
    """Causes of the changed rows read that agree in what both are named by."""
    for source in (t for t in analysis.reads if t in found):
        known = set(declared()[source].key) - {"study_id", "scale"}
        shared = [c for c in declared()[table].key if c in known]
        above = changed[source].join(found[source], on="row").select(*shared, "cause").unique()
        pairs = rows.select("row", *shared).join(given.select("row", "cause").unique(), on="row")
        yield pairs.join(above, on=[*shared, "cause"], how="semi", nulls_equal=True).select("row", "cause")
