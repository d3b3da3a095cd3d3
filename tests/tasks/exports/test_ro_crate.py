from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rocrate.rocrate import ROCrate

from tasks.exports.ro_crate import EXPORT
from tests.published import PUBLISHED_AT, published

OBJECTS = [
    {"object_id": "a" * 64, "file_name": "landing/plate 1 #µ.txt", "parser": "gen5", "parser_version": "2"},
    {"object_id": "b" * 64, "file_name": "study.yaml", "assay": "manifest"},
    {"object_id": "c" * 64, "file_name": "landing/plate 1 #µ.txt", "status": "superseded"},
    {"object_id": "d" * 64, "file_name": "../elsewhere/genes.gmt"},
]
RUNS = [
    {"attempt_id": "r1-1", "run_id": "r1", "analysis": "viability", "part": "bench", "status": "done",
     "parameters": '{"alpha": 0.05}', "versions": '{"scipy": "1.17.1"}', "inputs": '{"core.plate_wells": "x"}'},
    {"attempt_id": "r2-1", "run_id": "r2", "analysis": "viability", "part": "bench", "status": "failed",
     "reason": "no blank", "parameters": "{}", "versions": "{}", "inputs": "{}",
     "finished_at": PUBLISHED_AT + timedelta(hours=1)},
    {"attempt_id": "r3-1", "run_id": "r3", "analysis": "old", "part": "", "status": "done"},
    {"attempt_id": "r4-1", "run_id": "r4", "analysis": "figure bars", "part": "bench", "status": "done"},
]  # fmt: skip
Graph = dict[str, dict[str, Any]]


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    shown = tmp_path / "home"
    (shown / "figures").mkdir(parents=True)
    (shown / "figures" / "bars-bench.svg").write_text("<svg/>")
    tables = {
        "core.raw_objects": [{"status": "loaded", **row} for row in OBJECTS],
        "core.plate_wells": [{"object_id": "a" * 64, "well": "A01", "value": 0.5}],
        "result.viability": [{"run_id": "r1", "sample_id": "C1"}],
        "result.figures": [{"run_id": "r4", "stem": "bars-bench", "caption": "Bars."}],
        "ops.analysis_runs": RUNS,
    }
    folder = tmp_path / "crate"
    folder.mkdir()
    EXPORT.write(published(tables, shown), folder)
    return folder


def graph(folder: Path) -> Graph:
    document = json.loads((folder / "ro-crate-metadata.json").read_text("utf-8"))
    return {entity["@id"]: entity for entity in document["@graph"]}


def test_an_independent_reader_finds_every_file_with_its_hash(crate: Path) -> None:
    read = ROCrate(str(crate))
    assert (read.name, read.metadata["conformsTo"]) == ("A study", "https://w3id.org/ro/crate/1.1")
    paths = {str(Path(entity.source).relative_to(crate)): entity for entity in read.data_entities}
    on_disk = {p.relative_to(crate).as_posix() for p in crate.rglob("*") if p.is_file()}
    assert paths.keys() == on_disk - {"ro-crate-metadata.json"}
    assert {"raw/landing/plate 1 #µ.txt", "raw/study.yaml", f"raw/{'d' * 64}/genes.gmt"} < paths.keys()
    assert (crate / "raw" / "landing" / "plate 1 #µ.txt").read_text() == "a" * 64  # not the superseded bytes
    for path in on_disk - {"ro-crate-metadata.json"}:
        entity = paths[path]
        if not path.startswith("raw/"):  # raw ones bear the hash that they are stored under
            assert entity["sha256"] == hashlib.sha256((crate / path).read_bytes()).hexdigest()
            assert int(entity["contentSize"]) == (crate / path).stat().st_size
    assert paths["raw/study.yaml"]["sha256"] == "b" * 64
    assert paths["figures/bars-bench.svg"]["description"] == "Bars."


def test_actions_lead_from_raw_files_to_results(crate: Path) -> None:
    read = ROCrate(str(crate))
    reading = read.dereference("#run-read-gen5-2")
    assert [Path(e.source).name for e in reading["object"]] == ["plate 1 #µ.txt"]
    assert [e.id for e in reading["result"]] == ["tables/core.plate_wells.parquet"]
    run = read.dereference("#run-r1-1")
    assert [e.id for e in run["object"]] == ["tables/core.plate_wells.parquet", "#parameters-r1-1"]
    assert run["object"][1]["value"] == '{"alpha": 0.05}'
    assert [e.id for e in run["result"]] == ["tables/result.viability.parquet"]
    assert {(e["name"], e["softwareVersion"]) for e in run["instrument"]} == {
        ("benchlake", "0.1.0"),
        ("scipy", "1.17.1"),
    }
    drawn = read.dereference("#run-r4-1")
    assert [e.id for e in drawn["result"]] == ["tables/result.figures.parquet", "figures/bars-bench.svg"]


def test_a_failed_attempt_is_told_and_one_without_rows_is_not_shown(crate: Path) -> None:
    found = graph(crate)
    assert found["#run-r2-1"]["error"] == "no blank"
    assert found["#run-r2-1"]["actionStatus"] == {"@id": "http://schema.org/FailedActionStatus"}
    assert found["#run-r1-1"]["actionStatus"] == {"@id": "http://schema.org/CompletedActionStatus"}
    assert "#run-r3-1" not in found


def test_nothing_is_referred_to_that_is_not_there(crate: Path) -> None:
    found = graph(crate)

    def references(value: object) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(references, value))
        return {str(value["@id"])} if isinstance(value, dict) else set()

    named = set().union(*(references(v) for entity in found.values() for v in entity.values()))
    assert {name for name in named - found.keys() if not name.startswith("http")} == set()
    assert found["./"]["description"].startswith("Simulated, no real measurements.")
    assert found["./"]["license"] == {"@id": "#license"}


def test_tables_come_back_as_they_were(crate: Path) -> None:
    assert pl.read_parquet(crate / "tables" / "core.plate_wells.parquet")["value"].to_list() == [0.5]
    assert pl.read_parquet(crate / "tables" / "core.studies.parquet")["path"].to_list() == ["raw"]
    explained = pl.read_csv(crate / "tables" / "dictionary.csv").filter(pl.col("table") == "result.viability")
    assert pl.read_parquet(crate / "tables" / "result.viability.parquet").columns == explained["column"].to_list()
