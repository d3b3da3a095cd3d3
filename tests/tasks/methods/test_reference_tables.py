from __future__ import annotations

from schemas.sheets import FileRow
from schemas.study_yaml import StudyYaml
from tasks.methods.file_checks import Listing
from tasks.methods.reference_tables import BACKGROUNDS, COLLECTIONS, LISTS, is_reference_table, with_reference_tables

LISTING = Listing(["reference/t.tsv", "reference/go.gmt"])


def config(targets: list[str], **sets: object) -> StudyYaml:
    return StudyYaml.model_validate(
        {
            "study_id": "s",
            "conditions": [{"id": "a"}],
            "cerna": {"targets": targets},
            "enrichment": {"gene_sets": sets},
        }
    )


def test_every_named_file_has_a_row_and_addresses_have_none() -> None:
    rows, problems = with_reference_tables(
        config(["./reference/t.tsv", "s3://b/t.tsv"], GO="reference\\go.gmt"), [], LISTING
    )
    assert {r.file: r.assay for r in rows} == {"reference/t.tsv": "mirna_targets", "reference/go.gmt": "gene_sets"}
    assert all(map(is_reference_table, rows))
    assert not is_reference_table(None)
    assert problems == []


def test_one_file_may_hold_several_collections_with_version_and_licence() -> None:
    sets = {"GO": {"file": "reference/go.gmt", "version": "2026-01", "licence": "CC BY 4.0"}, "BP": "reference/go.gmt"}
    (row,), _ = with_reference_tables(config([], **sets), [], LISTING)
    assert row.attributes[COLLECTIONS] == "GO\nBP"
    assert (row.attributes["version"], row.attributes["licence"]) == ("2026-01", "CC BY 4.0")


def test_a_row_of_files_csv_is_kept_and_another_assay_there_is_a_problem() -> None:
    sheet = [FileRow(file="reference/t.tsv", plate="x", line=2), FileRow(file="reference/go.gmt", assay="qpcr", line=3)]
    rows, problems = with_reference_tables(config(["reference/t.tsv"], GO="reference/go.gmt"), sheet, LISTING)
    assert (rows[0].plate, rows[0].assay, rows[0].line) == ("x", "mirna_targets", 2)
    assert [p.place for p in problems] == ["line 3, column assay"]
    assert rows[1].problem == str(problems[0])


def test_one_file_may_be_several_lists_and_backgrounds() -> None:
    lists = {
        "death": {"genes": "reference/t.tsv", "background": "tested"},
        "more": {"genes": "./reference/t.tsv", "background": "reference/go.gmt"},
        "less": {"genes": "reference/go.gmt", "background": "reference/t.tsv"},
    }
    about = {"study_id": "s", "conditions": [{"id": "a"}], "enrichment": {"lists": lists}}
    rows, _ = with_reference_tables(StudyYaml.model_validate(about), [], LISTING)
    assert {row.file: (row.assay, row.attributes) for row in rows} == {
        "reference/t.tsv": ("gene_lists", {LISTS: "death\nmore", BACKGROUNDS: "less"}),
        "reference/go.gmt": ("gene_lists", {LISTS: "less", BACKGROUNDS: "more"}),
    }
