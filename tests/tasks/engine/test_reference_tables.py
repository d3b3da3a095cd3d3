"""Tables that study.yaml names go through the ledger like raw files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.engine.context import open_warehouse
from tasks.engine.ingest import check
from tasks.engine.preview import preview
from tasks.engine.study_files import read_folder
from tasks.methods.circrna_lists import LIST
from tests.night import loaded, night
from tests.tasks.methods.small_genome import write_genome

YAML = "study_id: refs\nconditions: [{id: a}, {id: b}]\n"
TARGETS, SETS = "reference/targets.tsv", "reference/sets.gmt"
NAMED = f"cerna: {{targets: [{TARGETS}]}}\nenrichment: {{gene_sets: {{GO: ./{SETS}}}}}\n"
PAIRS = "mirna\ttarget_id\ttarget_symbol\tsource\tevidence\nhsa-miR-21-5p\tENSG1\tPTEN\tstarBase\tCLIP\n"
GMT = "GO:0000001\tone\tTP53\tMDM2\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study"
    (path / "reference").mkdir(parents=True)
    (path / "landing").mkdir()
    (path / "samples.csv").write_text("sample,condition,donor,replicate\nA1,a,d,1\nB1,b,d,1\n")
    (path / "study.yaml").write_text(YAML + NAMED)
    (path / TARGETS).write_text(PAIRS)
    (path / SETS).write_text(GMT)
    return path


def ledger(home: Path) -> dict[str, tuple[str, str, str | None]]:
    """Assay, status and reason of every table by name; the newest bytes where there are several."""
    with open_warehouse(home).open("test") as session:
        sql = (
            "SELECT file_name, assay, status, reason FROM core.raw_objects WHERE assay NOT IN ('manifest') "
            "ORDER BY status = 'superseded' DESC, file_name"
        )
        return {row[0]: row[1:] for row in session.query(sql).rows()}


def rows(home: Path, sql: str) -> list[tuple[object, ...]]:
    with open_warehouse(home).open("test") as session:
        return session.query(sql).rows()


def mirnas(home: Path) -> list[object]:
    return [row[0] for row in rows(home, "SELECT mirna FROM core.mirna_targets ORDER BY mirna")]


def test_tables_are_loaded_with_their_object_and_read_once(study: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = night(study, home, is_drawn=False)
    assert {f.file_name: (f.status, f.assay, f.rows) for f in first.files} == {
        TARGETS: ("loaded", "mirna_targets", 1),
        SETS: ("loaded", "gene_sets", 3),
    }
    linked = "SELECT file_name FROM core.raw_objects JOIN {} USING (study_id, object_id)"
    assert rows(home, linked.format("core.mirna_targets")) == [(TARGETS,)]
    assert rows(home, linked.format("core.gene_set_collections")) == [(SETS,)]
    assert rows(home, "SELECT collection, set_id, symbol FROM core.gene_sets ORDER BY symbol") == [
        ("GO", "GO:0000001", "MDM2"),
        ("GO", "GO:0000001", "TP53"),
    ]
    assert night(study, home, is_drawn=False).is_unchanged
    (study / "landing" / "note.txt").write_text("a note")
    assert [f.file_name for f in night(study, home, is_drawn=False).files] == ["landing/note.txt"]


def test_a_changed_table_supersedes_and_a_broken_one_is_quarantined_with_its_reason(
    study: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    night(study, home, is_drawn=False)
    (study / TARGETS).write_text(PAIRS.replace("miR-21-5p", "miR-155-5p"))
    (study / SETS).write_text("no gene sets at all\n")
    night(study, home, is_drawn=False)
    assert mirnas(home) == ["hsa-miR-155-5p"]
    assert ledger(home)[TARGETS] == ("mirna_targets", "loaded", None)
    assay, status, reason = ledger(home)[SETS]
    assert (assay, status) == ("gene_sets", "quarantined")
    assert reason is not None
    assert "line 1: the line has no tab" in reason
    assert rows(home, "SELECT count(*) FROM core.gene_sets") == [(0,)]
    assert [p.rule for p in check(read_folder(study)) if p.file == SETS] == ["no_gene_sets"]
    (study / SETS).write_text(GMT)
    night(study, home, is_drawn=False)
    assert ledger(home)[SETS] == ("gene_sets", "loaded", None)
    (study / "study.yaml").write_text(f"{YAML}organism: Mus musculus\n{NAMED}")
    assert {f.file_name: f.status for f in night(study, home, is_drawn=False).files} == {TARGETS: "quarantined"}
    reason = str(ledger(home)[TARGETS][2])
    assert "are of Homo sapiens (hsa-miR-155-5p), but the study is of Mus musculus: no pair can be made" in reason
    assert mirnas(home) == []


def test_a_table_that_is_named_no_more_is_not_used_any_more_and_comes_back(study: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    night(study, home, is_drawn=False)
    (study / "study.yaml").write_text(YAML)
    night(study, home, is_drawn=False)
    assert mirnas(home) == []
    assert ledger(home)[TARGETS] == ("mirna_targets", "stored", "the study names it no more")
    (study / "study.yaml").write_text(YAML + NAMED)
    assert set(preview(read_folder(study), open_warehouse(home)).to_read) == {SETS, TARGETS}
    night(study, home, is_drawn=False)
    assert mirnas(home) == ["hsa-miR-21-5p"]


def test_a_table_under_another_name_keeps_its_rows(study: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    night(study, home, is_drawn=False)
    (study / "reference/v2.tsv").write_text(PAIRS)
    (study / "study.yaml").write_text(YAML + NAMED.replace(TARGETS, "reference/v2.tsv"))
    night(study, home, is_drawn=False)
    assert mirnas(home) == ["hsa-miR-21-5p"]
    assert {name: found[1] for name, found in ledger(home).items()} == {
        SETS: "loaded",
        TARGETS: "stored",
        "reference/v2.tsv": "loaded",
    }


def test_a_table_may_lie_anywhere_and_one_that_is_nowhere_is_told(study: Path, tmp_path: Path) -> None:
    outside = tmp_path / "shared.gmt"
    outside.write_text(GMT)
    (study / "landing" / "t.tsv").write_text(PAIRS)
    (study / "study.yaml").write_text(
        YAML + "cerna: {targets: [landing/t.tsv, s3://bucket/t.tsv, /nowhere/t.tsv]}\n"
        f"enrichment: {{gene_sets: {{GO: {outside}, KEGG: data/none.gmt}}}}\n"
    )
    folder = read_folder(study)
    assert [p.value for p in folder.study.problems if p.rule == "missing_reference"] == [
        "s3://bucket/t.tsv",
        "/nowhere/t.tsv",
        "data/none.gmt",
    ]
    assert "is an address, which is not fetched" in str(folder.study.problems[0])
    home = tmp_path / "home"
    night(study, home, is_drawn=False)
    assert {name: found[:2] for name, found in ledger(home).items()} == {
        "landing/t.tsv": ("mirna_targets", "loaded"),
        str(outside): ("gene_sets", "loaded"),
    }


def test_mappings_are_computed_again_when_a_table_changes_and_sites_when_the_mirnas_do(
    study: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    mature = ">hsa-miR-21-5p MIMAT0000076 Homo sapiens\nUAGCUUAUCAGACUGAUGUUGA\n"
    (study / "reference/mature.fa").write_text(mature)
    (study / "reference/circles.fa").write_text(">hsa_circ_0000284\nGGAUAAGCUAGGCUAAGCUGG\n")
    (study / "landing/mirna.csv").write_text(
        "mirna,A1,B1\n" + "".join(f"hsa-miR-{i}-5p,{i},9\n" for i in range(20, 40))
    )
    (study / "study.yaml").write_text(
        f"{YAML}cerna: {{targets: [{TARGETS}], sequences: [reference/circles.fa]}}\n"
        "annotation: {mirna_mature: reference/mature.fa}\n"
    )
    (study / TARGETS).write_text(PAIRS + "MIMAT0000076\tENSG1\tPTEN\tTargetScan\t\n")
    mapped = "SELECT name, feature_id, rule FROM result.target_mappings WHERE side = 'mirna' ORDER BY name"
    night(study, home, is_drawn=False)
    assert rows(home, mapped) == [
        ("MIMAT0000076", "hsa-miR-21-5p", "accession"),
        ("hsa-miR-21-5p", "hsa-miR-21-5p", "exact"),
    ]
    sites = "SELECT mirna, target_id, position_nt, site_type FROM core.mirna_sites ORDER BY ALL"
    assert rows(home, sites) == [("hsa-miR-21-5p", "hsa_circ_0000284", 10, "8mer")]
    assert {name: found[1] for name, found in ledger(home).items() if name.startswith("reference/")} == {
        TARGETS: "loaded",
        "reference/circles.fa": "loaded",
        "reference/mature.fa": "loaded",
    }
    (study / "reference/mature.fa").write_text(mature.replace("-21-", "-590-"))
    second = night(study, home, is_drawn=False)
    assert {f.file_name for f in second.files} == {"reference/mature.fa", "reference/circles.fa"}
    assert rows(home, sites) == [("hsa-miR-590-5p", "hsa_circ_0000284", 10, "8mer")]
    assert rows(home, mapped) == [
        ("MIMAT0000076", None, None),
        ("hsa-miR-21-5p", "hsa-miR-21-5p", "exact"),
        ("hsa-miR-590-5p", None, None),
    ]
    (study / "landing" / "note.txt").write_text("a note")
    assert {p.status for p in night(study, home, is_drawn=False).parts if p.analysis == "target_mappings"} == {
        "current"
    }
    yaml = (study / "study.yaml").read_text()

    def asked(types: str) -> set[str]:
        (study / "study.yaml").write_text(yaml.replace("cerna: {", f"cerna: {{site_types: [{types}], "))
        return {f.file_name for f in night(study, home, is_drawn=False).files if f.status == "loaded"}

    assert asked("7mer-A1, 7mer-m8, 8mer") == set()  # as without the key
    assert asked("8mer, 7mer-m8, 7mer-A1, 6mer") == {"reference/circles.fa"}
    assert rows(home, sites)[1] == ("hsa-miR-590-5p", "hsa_circ_0000284", 20, "6mer")
    scored = "SELECT count(*) FROM core.mirna_sites WHERE au_content < 1 AND supplementary_score >= 0"
    assert rows(home, scored) == [(2,)]
    evidence = "SELECT evidence, site_count FROM core.mirna_targets WHERE target_class = 'circrna'"
    assert rows(home, evidence) == [("1 8mer, 1 6mer", 2)]


def test_named_lists_are_loaded_and_tested_and_one_without_a_background_is_left_out(
    study: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (study / "reference/a.txt").write_text("# cell death\nTP53\n1-Mar\n")
    (study / "reference/b.txt").write_text("MDM2\nTP53\nBAX\n")
    lists = (
        "{death: {genes: reference/a.txt, background: annotated}, more: {genes: ./reference/a.txt, background: "
        "reference/b.txt}, lone: {genes: reference/b.txt}}"
    )
    (study / "study.yaml").write_text(f"{YAML}enrichment: {{gene_sets: {{GO: {SETS}}}, size: 1-9, lists: {lists}}}\n")
    told = {p.rule: p for p in check(read_folder(study))}
    assert "the list lone names no background" in told["background_missing"].message
    assert "1-Mar on line 3" in told["excel_damaged_name"].message
    first = night(study, home, is_drawn=False)
    assert {f.file_name: (f.status, f.assay, f.rows) for f in first.files if "txt" in f.file_name} == {
        "reference/a.txt": ("loaded", "gene_lists", 4),
        "reference/b.txt": ("loaded", "gene_lists", 6),
    }
    found = "SELECT gene_list, background, term_id, overlap, background_size FROM result.enrichment ORDER BY ALL"
    assert rows(home, found) == [
        ("death", "annotated", "GO:0000001", 1, 2),
        ("more", "reference/b.txt", "GO:0000001", 1, 3),
    ]
    ended = rows(
        home, "SELECT part, status, reason FROM ops.analysis_runs WHERE analysis = 'named_lists' ORDER BY part"
    )
    assert [run[:2] for run in ended] == [("list death", "done"), ("list lone", "skipped"), ("list more", "done")]
    assert "background_missing" in str(ended[1][2])


CIRCLES_YAML = """
study_id: circles
organism: Homo sapiens
conditions: [{id: a}, {id: b}]
cerna: {targets: [reference/targets.tsv]}
annotation: {genome: reference/genome.fa.gz, gtf: reference/genes.gtf, mirna_mature: reference/mature.fa}
"""


def test_counted_circrnas_are_spliced_from_the_genome_and_follow_it_and_the_counts(tmp_path: Path) -> None:
    study, home = tmp_path / "circles", tmp_path / "home"
    (study / "reference").mkdir(parents=True)
    (study / "landing").mkdir()
    (study / "samples.csv").write_text("sample,condition,donor,replicate\nA1,a,d,1\nB1,b,d,1\n")
    (study / "study.yaml").write_text(CIRCLES_YAML)
    (study / TARGETS).write_text(PAIRS)
    (study / "reference" / "mature.fa").write_text(
        ">hsa-miR-21-5p MIMAT0000076 Homo sapiens miR-21-5p\nUAGCUUAUCAGACUGAUGUUGA\n"
    )
    write_genome(study / "reference")
    (study / "files.csv").write_text("file,assay,rna_class\nlanding/circ.csv,expression_counts,circrna\n")
    counts = study / "landing" / "circ.csv"
    counts.write_text("id,A1,B1\nchr1:31|60|+,5,9\nchr1:11|60|+,3,4\n")

    def read_again() -> set[str]:
        files = {f.file_name: f.status for f in loaded(study, home)[1]}
        assert set(files.values()) <= {"loaded"}
        return set(files)

    circles = "SELECT target_id, evidence FROM core.mirna_targets WHERE target_class = 'circrna' ORDER BY target_id"

    assert read_again() == {"landing/circ.csv", TARGETS, "reference/mature.fa", LIST}
    spliced = ("chr1:31|60|+", "1 8mer; 2 exons of T1")
    assert rows(home, circles) == [spliced]
    assert read_again() == set()

    counts.write_text("id,A1,B1\nchr1:31|60|+,5,9\nchr1:11|95|+,3,4\n")
    assert read_again() == {"landing/circ.csv", LIST}
    assert rows(home, circles) == [("chr1:11|95|+", "1 8mer; 3 exons of T2"), spliced]

    gtf = study / "reference" / "genes.gtf"
    gtf.write_text(gtf.read_text().replace('"T1"', '"T9"'))
    assert LIST in read_again()
    assert rows(home, circles)[1] == ("chr1:31|60|+", "1 8mer; 2 exons of T9")

    (study / "study.yaml").write_text(CIRCLES_YAML.replace("genome: reference/genome.fa.gz, ", ""))
    assert LIST not in read_again()
    assert rows(home, circles) == []
