"""What changed since results were frozen: numbers, the files that they come from, decisions, settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from schemas.base import tables
from schemas.study import Study
from tasks.engine.change_causes import CONTENTS, blame, reach
from tasks.engine.freezes import EXCLUSIONS, FEEDS, OBJECTS, PLACES, RUNS, Frozen
from tasks.methods.result_changes import SCHEMA, changes, row_label

MEASURED = "result.measurements"
FILE_COLUMNS = ("file", "change", "reason", "changed_rows")


@dataclass(frozen=True)
class Diff:
    """Differences between results as frozen and as published now; every frame is empty where there are none.

    ``results``: ``table``, the columns of ``result_changes.changes`` without run ids, and ``files``, the changed or
    excluded files whose readings the row was or is made of. ``files``: one row per file with another state, and how
    many of the changed rows are made of it (null for the study's sheets). ``exclusions``: rows of exclusions.csv that
    came or went, and how many of the changed rows are made of what they name. ``parameters`` and
    ``versions``: settings of analyses and libraries, with the number of parts. ``row_count``: rows compared.
    """

    study_id: str
    label: str
    frozen_at: datetime
    alpha: float
    results: pl.DataFrame
    files: pl.DataFrame
    exclusions: pl.DataFrame
    parameters: pl.DataFrame
    versions: pl.DataFrame
    row_count: int
    table_count: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed at all."""
        return not any(f.height for f in (self.results, self.files, self.exclusions, self.parameters, self.versions))


def difference(study: Study, frozen: Frozen, now: Mapping[str, pl.DataFrame]) -> Diff:
    """Compare frozen results with the standing ones (``freezes.standing``)."""
    was = frozen.frames
    names = {**dict(_named(was)), **dict(_named(now))}
    alpha = study.config.statistics.alpha
    compared = [t for t in tables() if t.startswith("result.") and t in was and t in now]
    found = [_changed(name, was[name], now[name], names, alpha) for name in compared]
    results = pl.concat([f for f in found if f.height] or [pl.DataFrame(schema={"table": pl.String, **SCHEMA})])
    results = results.sort(~pl.col("is_flip"), maintain_order=True)
    files, exclusions = _files(was[OBJECTS], now[OBJECTS]), _exclusions(was[EXCLUSIONS], now[EXCLUSIONS])
    held = pl.concat([pl.DataFrame(schema=CONTENTS), *(f[PLACES] for f in (was, now) if PLACES in f)], how="diagonal")
    causes = _causes(files, exclusions, held, was, now)
    told = _blamed(study, causes, results, held.unique(), was, now, names)
    results = _with_files(results, told, causes)
    of_entry = told.join(causes.select("cause", "entry").unique(), on="cause").select("entry", "table", "row").unique()
    counts = of_entry.group_by("entry").agg(pl.len().cast(pl.Int64).alias("changed_rows"))
    files = files.with_columns(entry=pl.format("file {}", "file"))
    files = files.join(counts, on="entry", how="left", maintain_order="left")
    exclusions = exclusions.join(counts, on="entry", how="left", maintain_order="left").drop("entry")
    exclusions = exclusions.with_columns(pl.col("changed_rows").fill_null(0))
    is_raw = ~pl.col("file").is_in(_sheets(was) | _sheets(now))  # a sheet tells through parameters and samples
    files = files.with_columns(pl.when(is_raw).then(pl.col("changed_rows").fill_null(0)))
    return Diff(
        study.study_id,
        frozen.label,
        frozen.act["acted_at"],
        alpha,
        results.drop("run_before", "run_now"),
        files.select(FILE_COLUMNS).sort("file"),
        exclusions,
        _settings(was[RUNS], now[RUNS], names, "parameters"),
        _settings(was[RUNS], now[RUNS], names, "versions"),
        sum(now[name].height for name in compared),
        len(compared),
    )


def _named(frames: Mapping[str, pl.DataFrame]) -> list[tuple[str, str]]:
    return list(frames[OBJECTS].sort("received_at").select("object_id", "file_name").iter_rows())


def _sheets(frames: Mapping[str, pl.DataFrame]) -> set[str]:
    return set(frames[OBJECTS].filter(pl.col("assay") == "manifest")["file_name"])


def _changed(name: str, was: pl.DataFrame, now: pl.DataFrame, names: Mapping[str, str], alpha: float) -> pl.DataFrame:
    """Changes of one table, raw files by their names."""
    was, now = _with_names(was, names), _with_names(now, names)
    key = [c for c in tables()[name].key if c != "study_id"]
    found = changes(was.drop("study_id"), now.drop("study_id"), key, alpha)
    return found.select(pl.lit(name).alias("table"), pl.all())


def _causes(
    files: pl.DataFrame,
    exclusions: pl.DataFrame,
    held: pl.DataFrame,
    was: Mapping[str, pl.DataFrame],
    now: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """What moved, by object: ``entry, cause, file, object_id, well, sample_id`` (the last two null for a whole file).

    ``entry``: the file or the row of exclusions.csv; ``cause``: the same in one file, since a culture that is excluded
    as a whole moves in every file that holds it, and a row is made of some of them.
    """
    file = pl.col("file_name").alias("file")
    objects = pl.concat([f[OBJECTS].select("object_id", file) for f in (was, now)]).unique()
    whole = files.select(pl.format("file {}", "file").alias("entry"), "file")
    parts = exclusions.select("entry", file, "well", "sample_id")
    of_files = pl.concat([whole, parts.drop_nulls("file")], how="diagonal").join(objects, on="file")
    cultures = parts.filter(pl.col("file").is_null()).drop("file")
    holding = held.select("object_id", "sample_id").drop_nulls().unique().join(objects, on="object_id")
    both = pl.concat([of_files, cultures.join(holding, on="sample_id")], how="diagonal")
    return both.with_columns(pl.format("{} in {}", "entry", "file").alias("cause"))


def _blamed(
    study: Study,
    causes: pl.DataFrame,
    results: pl.DataFrame,
    held: pl.DataFrame,
    was: Mapping[str, pl.DataFrame],
    now: Mapping[str, pl.DataFrame],
    names: Mapping[str, str],
) -> pl.DataFrame:
    """The causes of every changed row: ``table, row, cause``."""
    sides = (was, now)
    quantities = {t.casefold() for f in sides for t in f[MEASURED]["target"].unique()}
    reads = pl.concat([f[FEEDS] for f in sides]).unique()
    read = reads.join(causes.select("object_id", "cause", "file"), on="object_id").drop("object_id").unique()
    changed = {}
    for (name,), rows in results.group_by("table"):
        key = [c for c in tables()[str(name)].key if c != "study_id"]
        keyed = [_with_names(f[str(name)], names).select(row_label(key).alias("row"), *key) for f in sides]
        runs = rows.select("row", "run_before", "run_now").unique()
        changed[str(name)] = pl.concat(keyed, how="vertical_relaxed").unique().join(runs, on="row")
    return blame(changed, read, reach(causes, held, study, quantities))


def _with_names(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """A raw file by its name, for other bytes of the same plate are the same plate."""
    return frame.with_columns(pl.col("object_id").replace(names)) if "object_id" in frame.columns else frame


def _with_files(results: pl.DataFrame, told: pl.DataFrame, causes: pl.DataFrame) -> pl.DataFrame:
    """Add ``files``: the moved files of which the row was or is made."""
    known = told.join(causes.select("cause", "file").unique(), on="cause").group_by("table", "row")
    listed = known.agg(pl.col("file").unique().sort()).with_columns(pl.col("file").list.join("; "))
    return results.join(listed.rename({"file": "files"}), on=["table", "row"], how="left", maintain_order="left")


def _files(was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Files whose bytes, state or reading is another one."""
    columns = ["file_name", "object_id", "status", "load_fingerprint", "reason"]
    left, right = (
        f.filter(pl.col("status") != "superseded").sort("received_at").unique("file_name", keep="last").select(columns)
        for f in (was, now)
    )
    both = left.join(right, on="file_name", how="full", coalesce=True, suffix="_now")
    change = (
        pl.when(pl.col("object_id").is_null()).then(pl.lit("added"))
        .when(pl.col("object_id_now").is_null()).then(pl.lit("forgotten"))
        .when(pl.col("object_id") != pl.col("object_id_now")).then(pl.lit("replaced by other bytes"))
        .when(pl.col("status") != pl.col("status_now")).then(pl.format("{}, was {}", "status_now", "status"))
        .when((pl.col("load_fingerprint") != pl.col("load_fingerprint_now")) & (pl.col("status_now") == "loaded"))
        .then(pl.lit("read anew: parser, row of files.csv, layout or samples changed"))
    )  # fmt: skip
    found = both.select(pl.col("file_name").alias("file"), change.alias("change"), pl.col("reason_now").alias("reason"))
    return found.filter(pl.col("change").is_not_null())


def _exclusions(was: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    columns: list[str | pl.Expr] = ["file_name", "well", "sample_id", "reason"]
    columns.append(pl.format("exclusion {}", "exclusion_id").alias("entry"))
    came = now.join(was, on="exclusion_id", how="anti").select(pl.lit("excluded").alias("change"), *columns)
    went = was.join(now, on="exclusion_id", how="anti").select(pl.lit("taken back").alias("change"), *columns)
    return pl.concat([came, went]).sort("file_name", "well", "sample_id", nulls_last=True)


def _settings(was: pl.DataFrame, now: pl.DataFrame, names: Mapping[str, str], column: str) -> pl.DataFrame:
    """Parameters or versions that are others in parts that stood then and stand now, with the number of such parts."""
    both = was.select("analysis", "part", column).join(
        now.select("analysis", "part", column), on=["analysis", "part"], suffix="_now"
    )
    rows = []
    for analysis, _, before, after in both.filter(pl.col(column) != pl.col(f"{column}_now")).iter_rows():
        old, new = (json.loads(_plain(text, names)) for text in (before, after))
        rows += [
            (analysis, name, *(json.dumps(side.get(name), ensure_ascii=False) for side in (old, new)))
            for name in {**old, **new}
            if old.get(name) != new.get(name)
        ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("analysis", "name", "was", "is"), pl.String), orient="row")
    return frame.group_by(frame.columns).len("part_count").sort(frame.columns)


def _plain(text: str, names: Mapping[str, str]) -> str:
    """JSON with names of files where hashes stand."""
    for object_id, name in names.items():
        if object_id in text:
            text = text.replace(object_id, json.dumps(name, ensure_ascii=False)[1:-1])
    return text
