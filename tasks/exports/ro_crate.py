"""The whole study as an RO-Crate: raw files, tables, figures, and how each came about."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import shutil
from collections.abc import Iterator, Mapping, Sequence
from logging import getLogger
from pathlib import Path, PurePosixPath

import polars as pl

from schemas.base import declared
from tasks.methods.published_study import Export, Published, dictionary_table
from tasks.methods.ro_crate import METADATA, Action, CrateFile, metadata

log = getLogger(__name__)
GONE = ("superseded", "retracted")  # raw files that no row of the snapshot comes from any more
MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet", ".yaml": "application/yaml", ".fcs": "application/vnd.isac.fcs",
    ".tsv": "text/tab-separated-values", ".csv": "text/csv", ".graphml": "application/xml", ".cyjs": "application/json",
}  # fmt: skip
DICTIONARY = "tables/dictionary.csv"


def write(study: Published, folder: Path) -> None:
    """Write raw files (``raw/``), tables with rows as Parquet (``tables/``), figures, networks, report, metadata.

    Raw files that were superseded or retracted are left out, they stand in ``core.raw_objects``; so are gated events,
    which the raw FCS files hold. Every file has its sha256. A ``CreateAction`` tells of each parser that read files
    and of each analysis that stands behind the tables: inputs, outputs, parameters, versions, times; of those that
    could not run ``ops.analysis_runs`` says why.
    """
    raw = _raw_files(study, folder)
    tables = _tables(study, folder)
    dictionary_table(list(tables)).write_csv(folder / DICTIONARY)
    extra = [_described(folder, DICTIONARY, "What each column of the tables means.")]
    shown = list(_shown(study, folder))
    files = [*raw.values(), *(file for file, _ in tables.values()), *extra, *shown]
    about = study.read("core.studies")
    description = f"{study.title}: raw files, tables and figures as benchlake published them."
    document = metadata(
        study.title,
        f"Simulated, no real measurements. {description}" if about["is_simulated"][0] else description,
        study.published_at.isoformat(),
        about["organism"][0],
        files,
        [*_readings(study, raw, tables), *_analyses(study, tables, shown)],
    )
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (folder / METADATA).write_text(text, "utf-8")
    log.info("%d files described in %s", len(files), METADATA)


Tables = Mapping[str, tuple[CrateFile, pl.DataFrame]]


def _raw_files(study: Published, folder: Path) -> dict[str, CrateFile]:
    """The study's raw files and sheets, copied, by name."""
    rows = study.read("core.raw_objects").filter(~pl.col("status").is_in(GONE)).sort("file_name")
    found: dict[str, CrateFile] = {}
    for row in rows.iter_rows(named=True):
        path = f"raw/{_inside(row['file_name'], row['object_id'])}"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        study.fetch(row["object_id"], folder / path)
        said = {
            "description": ", ".join(filter(None, (row["assay"], row["status"], row["reason"]))),
            "dateModified": row["modified_at"].isoformat(),
            "alternateName": row["file_name"],
        }
        found[row["file_name"]] = CrateFile(path, row["size_bytes"], row["object_id"], _media_type(path), said)
    log.info("%d raw files copied", len(found))
    return found


def _inside(name: str, object_id: str) -> str:
    """A path below ``raw/`` for a file that may lie outside of the study's folder."""
    parts = PurePosixPath(name).parts
    return name if parts and ".." not in parts and not name.startswith("/") else f"{object_id}/{parts[-1]}"


def _tables(study: Published, folder: Path) -> dict[str, tuple[CrateFile, pl.DataFrame]]:
    """Every table with rows as Parquet, by name; with it the columns that tell where its rows came from."""
    (folder / "tables").mkdir()
    found = {}
    for name, table in declared().items():
        if table.is_derived or name == "ops.declarations":
            continue
        frame = study.read(name)
        if frame.is_empty():
            continue
        if name == "core.studies":
            frame = frame.with_columns(path=pl.lit("raw"))  # where it lay on somebody's machine is nobody's business
        path = f"tables/{name}.parquet"
        frame.write_parquet(folder / path, compression="zstd")
        origin = [c for c in ("object_id", "run_id") if c in frame.columns]
        found[name] = (_described(folder, path, table.description()), frame.select(origin).unique())
        log.info("%s: %d rows", name, frame.height)
    return found


def _shown(study: Published, folder: Path) -> Iterator[CrateFile]:
    """Figures, networks and report, as people find them in the home."""
    captions = {r["stem"]: r["caption"] for r in study.read("result.figures").iter_rows(named=True)}
    for source in sorted(p for p in study.shown.rglob("*") if p.is_file()) if study.shown.is_dir() else ():
        path = source.relative_to(study.shown).as_posix()
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / path)
        yield _described(folder, path, captions.get(source.stem, ""))


def _readings(study: Published, raw: Mapping[str, CrateFile], tables: Tables) -> Iterator[Action]:
    """One action per parser and version: from the files that it read to the tables that hold their rows."""
    rows = study.read("core.raw_objects").filter(pl.col("parser").is_not_null() & (pl.col("status") == "loaded"))
    for (parser, version), mine in sorted(rows.group_by("parser", "parser_version")):
        names = mine["file_name"].sort()
        objects = set(mine["object_id"])
        outputs = [
            file.path
            for name, (file, origin) in tables.items()
            if name != "core.raw_objects" and "object_id" in origin.columns and objects & set(origin["object_id"])
        ]
        yield Action(
            f"read-{parser}-{version}",
            f"Read {len(names)} files with parser {parser}",
            [raw[name].path for name in names],
            outputs,
            {"benchlake": study.versions["benchlake"], f"benchlake parser {parser}": str(version)},
            finished_at=mine["received_at"].max().isoformat(),  # type: ignore[union-attr]  # a column of times
        )


def _analyses(study: Published, tables: Tables, figures: Sequence[CrateFile]) -> Iterator[Action]:
    """One action per run whose rows the tables hold, and per part of an analysis that failed at its last attempt."""
    made: dict[str, list[str]] = {}
    for name, (file, origin) in tables.items():
        for run_id in origin["run_id"] if name.startswith("result.") else ():
            made.setdefault(run_id, []).append(file.path)
    of_stem = dict(study.read("result.figures").select("stem", "run_id").iter_rows())
    for file in figures:
        if (stem := PurePosixPath(file.path).stem) in of_stem and file.path.startswith("figures/"):
            made[of_stem[stem]].append(file.path)
    runs = study.read("ops.analysis_runs").sort("finished_at")
    has_rows = pl.col("run_id").is_in(list(made)) & (pl.col("status") != "failed")
    standing = runs.filter(has_rows).unique("run_id", keep="last", maintain_order=True)
    failed = runs.unique(["analysis", "part"], keep="last", maintain_order=True).filter(pl.col("status") == "failed")
    for row in pl.concat([standing, failed]).sort("analysis", "part", "finished_at").iter_rows(named=True):
        has_failed = row["status"] == "failed"
        yield Action(
            row["attempt_id"],
            f"{row['analysis']}: {row['part']}",
            [tables[name][0].path for name in json.loads(row["inputs"] or "{}") if name in tables],
            [] if has_failed else made[row["run_id"]],
            {"benchlake": study.versions["benchlake"], **json.loads(row["versions"] or "{}")},
            row["parameters"],
            row["started_at"].isoformat(),
            row["finished_at"].isoformat(),
            row["reason"] if has_failed else "",
        )


def _described(folder: Path, path: str, description: str) -> CrateFile:
    with (folder / path).open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    size = (folder / path).stat().st_size
    return CrateFile(path, size, sha256, _media_type(path), {"description": description})


def _media_type(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return MEDIA_TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


EXPORT = Export("ro-crate", write)
