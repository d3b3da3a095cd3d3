from __future__ import annotations

from pathlib import Path

from tasks.engine.reading import read_file
from tests.tasks.parsers.bench_files import context, raw_file

GENES = b"# apoptosis\nBAX\nBCL2\n"


def test_a_file_is_every_list_and_background_that_study_yaml_names_it_as(tmp_path: Path) -> None:
    about = context(assay="gene_lists", attributes={"lists": "apoptosis\ndeath", "backgrounds": "matrix"})
    reading = read_file(raw_file(tmp_path, GENES, "a.txt"), about)
    assert reading.status == "loaded"
    found = reading.frames["core.gene_lists"].select("gene_list", "role", "symbol", "line")
    assert set(found.rows()) == {
        (name, role, gene, line)
        for name, role in (("apoptosis", "genes"), ("death", "genes"), ("matrix", "background"))
        for gene, line in (("BAX", 2), ("BCL2", 3))
    }


def test_a_file_that_files_csv_alone_names_is_the_list_of_its_name(tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, GENES, "death.v1.txt"), context(assay="gene_lists"))
    assert set(reading.frames["core.gene_lists"].select("gene_list", "role").rows()) == {("death.v1", "genes")}


def test_lists_that_nobody_declares_are_not_taken_and_a_broken_one_says_why(tmp_path: Path) -> None:
    assert read_file(raw_file(tmp_path, GENES, "a.txt"), context()).status != "loaded"
    broken = read_file(raw_file(tmp_path, b"\n", "a.txt"), context(assay="gene_lists"))
    assert (broken.status, [p.rule for p in broken.problems]) == ("quarantined", ["empty_file"])
