from __future__ import annotations

from pathlib import Path

from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file

GMT = b"#version: 7\nGO:0000001\tone\tTP53\tMDM2\nGO:0000002\ttwo\n"


def test_a_collection_has_the_name_of_study_yaml_and_is_counted(tmp_path: Path) -> None:
    about = context(assay="gene_sets", attributes={"collections": "GO\nBP", "licence": "CC BY 4.0"})
    reading = read_file(raw_file(tmp_path, GMT, "go.gmt"), about)
    assert reading.status == "loaded"
    assert set(reading.frames["core.gene_sets"].select("collection", "set_id", "symbol").rows()) == {
        (name, "GO:0000001", gene) for name in ("GO", "BP") for gene in ("TP53", "MDM2")
    }
    one, _ = reading.frames["core.gene_set_collections"].to_dicts()
    assert one == {
        "collection": "GO",
        "set_count": 1,
        "gene_count": 2,
        "empty_set_count": 1,
        "version": "7",
        "licence": "CC BY 4.0",
        "source": None,
    }
    assert [p.rule for p in reading.problems] == ["empty_gene_set"]


def test_a_file_that_files_csv_alone_names_is_the_collection_of_its_name(tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, GMT, "kegg.v1.gmt.gz"), context(assay="gene_sets"))
    assert set(reading.frames["core.gene_sets"]["collection"]) == {"kegg.v1"}


def test_a_file_called_as_the_collection_of_named_lists_is_refused(tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, GMT, "enrichment.lists.gmt"), context(assay="gene_sets"))
    assert reading.status == "quarantined"
    assert [p.rule for p in reading.problems] == ["reserved_collection"]


def test_gene_sets_that_nobody_declares_are_not_taken(tmp_path: Path) -> None:
    assert read_file(raw_file(tmp_path, GMT, "go.gmt"), context()).status == "ignored"
