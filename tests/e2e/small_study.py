"""Studies that a night brings up in seconds, and what tests do to them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import yaml

from schemas.base import columns, tables
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.outcomes import Summary
from tasks.engine.study_files import StudyFolder, read_folder
from tasks.simulation.study import simulate
from tests.night import night
from warehouse.objects import ObjectStore
from warehouse.store import Warehouse

PLATES = {24: "landing/cck8/240305_CCK8_24h.txt", 72: "landing/cck8/240307_CCK8_72h.txt"}
RUNS = ("landing/qpcr/QS3_NP1.txt", "landing/qpcr/QS3_NP2.txt")
LAYOUT = "layouts/cck8_plate.csv"
KEPT = {"donors.csv", "materials.csv", "landing/notes.txt", LAYOUT, *PLATES.values(), *RUNS}
COMPARISONS = (
    "id,assays,experiment,conditions,pairs,time_h\n"
    "viability_all,cell_viability,bench,*,all,\n"
    "qpcr_all,qpcr,bench,*,reference,\n"
)


@dataclass(frozen=True)
class Bench:
    """A study folder and a home."""

    study: Path
    home: Path
    is_drawn: bool = True

    def night(self) -> Summary:
        """Run a night, with figures if they are asked for."""
        return night(self.study, self.home, is_drawn=self.is_drawn)

    @property
    def warehouse(self) -> Warehouse:
        """The home's warehouse."""
        return open_warehouse(self.home)

    @property
    def objects(self) -> ObjectStore:
        """The home's object store."""
        return open_objects(self.home)

    @property
    def folder(self) -> StudyFolder:
        """The study as it lies on disk now."""
        return read_folder(self.study)

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Rows of a query on the warehouse."""
        with duckdb.connect(str(self.warehouse.path), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def status(self, name: str) -> list[tuple[object, ...]]:
        """Status and rows of every version of a file, the oldest first."""
        return self.rows(
            "SELECT status, row_count FROM core.raw_objects WHERE file_name = ? ORDER BY received_at, object_id", name
        )

    def wells(self, name: str) -> int:
        """Wells that the tables hold of a plate's file, whatever its version."""
        ((count,),) = self.rows(
            "SELECT count(*) FROM core.plate_wells WHERE object_id IN "
            "(SELECT object_id FROM core.raw_objects WHERE file_name = ?)",
            name,
        )
        return int(str(count))

    def attempts(self) -> set[tuple[object, ...]]:
        """Attempt, analysis, part and status of everything that was ever computed or skipped."""
        return set(self.rows("SELECT attempt_id, analysis, part, status FROM ops.analysis_runs"))

    def edit(self, name: str, old: str, new: str, count: int = 1) -> None:
        """Replace a text that occurs ``count`` times in a file of the study."""
        path = self.study / name
        text = path.read_bytes()
        assert text.count(old.encode()) == count, f"{name} has {text.count(old.encode())} × {old!r}"
        path.write_bytes(text.replace(old.encode(), new.encode()))

    def read_plate(self, time_h: int, well: str) -> str:
        """What stands in a well of a plate."""
        return self._grid(time_h, well)[0]

    def write_plate(self, time_h: int, well: str, value: str) -> None:
        """Write another reading into a well of a plate."""
        _, index, column, lines = self._grid(time_h, well)
        cells = lines[index].split("\t")
        cells[column] = value
        lines[index] = "\t".join(cells)
        (self.study / PLATES[time_h]).write_bytes("\r\n".join(lines).encode())

    def _grid(self, time_h: int, well: str) -> tuple[str, int, int, list[str]]:
        lines = (self.study / PLATES[time_h]).read_bytes().decode().split("\r\n")
        index = next(i for i, line in enumerate(lines) if line.startswith(f"{well[0]}\t"))
        column = int(well[1:])
        return lines[index].split("\t")[column], index, column, lines


def write_bench(folder: Path, study_id: str = "small_bench") -> Path:
    """Two CCK-8 plates and two qPCR runs of the simulated study, and a note that nobody reads."""
    files = simulate()
    config = yaml.safe_load(files["study.yaml"])
    del config["annotation"], config["expectations"], config["cerna"], config["enrichment"]
    config["study_id"] = study_id
    written = {name: files[name] for name in KEPT} | {
        "study.yaml": yaml.safe_dump(config, allow_unicode=True).encode(),
        "samples.csv": _lines(files["samples.csv"], without="RNA_"),
        "files.csv": _file_rows(files["files.csv"]),
        "comparisons.csv": COMPARISONS.encode(),
    }
    for name, data in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _file_rows(data: bytes) -> bytes:
    """Rows of the kept files, without the columns of other assays."""
    frame = pl.read_csv(data, infer_schema=False)
    kept = frame.filter(pl.col("file").is_in([*PLATES.values(), *RUNS]))
    return kept.select("file", "assay", "layout", "time_h", "plate", "rna_class").write_csv().encode()


def _lines(data: bytes, *, without: str = "\0", only: tuple[str, ...] = ("",)) -> bytes:
    text = data.decode().splitlines(keepends=True)
    return "".join(line for line in text if without not in line and line.startswith(only)).encode()


def contents(database: Path, study_id: str | None = None) -> dict[str, pl.DataFrame]:
    """Every table of a warehouse or snapshot, all columns but timestamps, in any order of rows."""
    found = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for name, table in tables().items():
            kept = [c.name for c in columns(table) if not isinstance(c.dtype, pl.Datetime)]
            where = "study_id = ?" if study_id else "?"
            sql = f"SELECT {', '.join(kept)} FROM {name} WHERE {where} ORDER BY ALL"  # noqa: S608
            found[name] = connection.execute(sql, [study_id or True]).pl()
    return found


def assert_same(
    found: dict[str, pl.DataFrame], expected: dict[str, pl.DataFrame], *, but: tuple[str, ...] = ()
) -> None:
    """The same rows in every table except ``but``; says which tables differ and the first rows that do."""
    assert found.keys() == expected.keys()
    assert any(frame.height for frame in expected.values()), "nothing was compared"
    for name in sorted(expected.keys() - set(but)):
        here, there = found[name], expected[name]
        if not here.equals(there):
            extra = here.join(there, on=here.columns, how="anti", nulls_equal=True)
            missing = there.join(here, on=here.columns, how="anti", nulls_equal=True)
            message = f"{name}: {here.height} rows, expected {there.height}"
            raise AssertionError(f"{message}\nextra {extra.head(3).to_dicts()}\nmissing {missing.head(3).to_dicts()}")


def replace_folder(source: Path, target: Path) -> None:
    """Make ``target`` a copy of ``source``."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
