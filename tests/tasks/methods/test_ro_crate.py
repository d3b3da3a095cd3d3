from __future__ import annotations

from pathlib import Path

from rocrate.rocrate import ROCrate

from tasks.methods.ro_crate import METADATA, Action, CrateFile, metadata


def test_a_document_says_what_an_independent_reader_reads(tmp_path: Path) -> None:
    (tmp_path / "a b%#.txt").write_text("x")
    file = CrateFile("a b%#.txt", 1, "0" * 64, "text/plain", {"description": ""})
    action = Action(
        "1", "fit", [file.path], [], {"R": "4.2"}, '{"alpha": 0.05}', "2026-01-01", "2026-01-02", "singular"
    )
    document = metadata("T", "D", "2026-11-28", "Homo sapiens", [file], [action])
    entities = {e["@id"]: e for e in document["@graph"]}
    assert entities[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert "description" not in entities["a%20b%25%23.txt"]  # what is empty is not said
    read = ROCrate(document)
    run = read.dereference("#run-1")
    assert [e.id for e in run["object"]] == ["a%20b%25%23.txt", "#parameters-1"]
    assert (run["startTime"], run["endTime"], run["error"]) == ("2026-01-01", "2026-01-02", "singular")
    assert run["instrument"][0]["softwareVersion"] == "4.2"
    assert read.root_dataset["about"]["name"] == "Homo sapiens"
    assert len(entities) == len(document["@graph"])  # every @id once


def test_a_study_without_files_or_runs_is_a_crate() -> None:
    read = ROCrate(metadata("T", "D", "2026-11-28", "", [], []))
    assert (read.name, read.data_entities) == ("T", [])
    assert "about" not in read.root_dataset.properties()
