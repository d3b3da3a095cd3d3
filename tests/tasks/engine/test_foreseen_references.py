from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.base import declared
from schemas.errors import Problem
from schemas.polars_schema import schema
from schemas.study import Study
from tasks.engine import ingest
from tasks.engine.foreseen_references import LISTS, SETS, foreseen_references
from tasks.engine.study_files import read_folder
from tasks.methods.cerna_inputs import TARGETS

GENES = [f"G{i}" for i in range(50)]


def study(cerna: dict[str, object] | None = None, **enrichment: object) -> Study:
    config = {"study_id": "s", "conditions": [{"id": "a"}, {"id": "b"}], "cerna": cerna or {}}
    if enrichment:
        config["enrichment"] = enrichment
    contrast = {"id": "b_a", "variable": "condition", "reference": "a", "target": "b", "blocking": ()}
    return Study.model_validate({"config": config, "samples": (), "contrasts": (contrast,)})


def features(library: str = "gene") -> pl.DataFrame:
    rows = [{"library": library, "feature_id": f"{library}{i}", "symbol": g} for i, g in enumerate(GENES)]
    return pl.DataFrame(rows, schema=schema(declared()["core.features"]), orient="row")


def facts(**tables: list[dict[str, object]]) -> dict[str, pl.DataFrame]:
    names = {"sets": SETS, "lists": LISTS, "targets": TARGETS}
    return {
        names[key]: pl.DataFrame(rows, schema=schema(declared()[names[key]]), orient="row")
        for key, rows in tables.items()
    }


def gene_sets(*symbols: str) -> list[dict[str, object]]:
    return [{"collection": "GO", "set_id": "s", "set_name": "s", "symbol": symbol} for symbol in symbols]


def rules(found: list[Problem]) -> list[tuple[str, str]]:
    return [(p.rule, str(p.severity)) for p in found]


def test_a_study_of_genes_without_sets_is_told_how_to_get_them() -> None:
    (told,) = foreseen_references(study(), {}, [features()])
    assert (told.rule, str(told.severity)) == ("no_gene_sets", "warning")
    assert "enrichment.gene_sets" in told.remedy
    assert "benchlake gene-sets" in told.remedy


def test_sets_that_fit_are_told_nothing_and_those_of_other_names_are() -> None:
    named = study(gene_sets={"GO": "go.gmt"})
    assert foreseen_references(named, facts(sets=gene_sets(*GENES[:20])), [features()]) == []
    (told,) = foreseen_references(named, facts(sets=gene_sets(*(f"mmu{g}" for g in GENES))), [features()])
    assert told.rule == "few_known_genes"
    assert "of 50 genes of the collection 0 are genes of the study, which has 50" in told.message


def test_what_enrichment_lacks_is_told_as_left_out() -> None:
    lists = {"death": {"genes": "d.txt", "background": "tested"}, "lone": {"genes": "e.txt"}}
    named = study(gene_sets={"GO": "go.gmt"}, lists=lists)
    found = foreseen_references(named, {}, [features()])
    assert rules(found) == [("skipped", "local")] * 2  # that lone names no background stands with its line
    assert all("no gene set was loaded from go.gmt" in p.message for p in found)
    listed = [{"gene_list": "death", "role": "genes", "symbol": g, "line": 1} for g in ("G1", "NO1", "NO2")]
    found = foreseen_references(named, facts(sets=gene_sets(*GENES), lists=listed), [features()])
    assert rules(found) == [("list_genes_left_out", "warning")]
    assert "of 3 genes of the list death 2 are no genes of the study (NO1, NO2)" in found[0].message


@pytest.mark.parametrize(("cerna", "severity"), [({}, "warning"), ({"targets": ["t.tsv"]}, "local")])
def test_a_study_of_mirnas_without_targets_is_told(cerna: dict[str, object], severity: str) -> None:
    sets = facts(sets=gene_sets(*GENES))
    (told,) = foreseen_references(study(cerna, gene_sets={"GO": "g"}), sets, [features(), features("mirna")])
    assert (told.file, str(told.severity)) == ("cerna_triplets", severity)
    assert "miRNA-target" in told.message


def test_targets_of_other_names_are_told() -> None:
    targets = [{"mirna": f"mmu-miR-{i}-5p", "target_id": "gene1", "source": "x", "tier": "predicted"} for i in range(9)]
    given = facts(sets=gene_sets(*GENES), targets=targets)
    mirnas = features("mirna").with_columns(feature_id=pl.format("hsa-miR-{}-5p", pl.int_range(100, 150)))
    named = study({"targets": ["t.tsv"]}, gene_sets={"GO": "g"})
    (told,) = foreseen_references(named, given, [features(), mirnas])
    assert (told.rule, str(told.severity)) == ("other_species", "local")
    assert (
        "(t.tsv) whose prefix says a species are of Mus musculus, those that the study counted are of Homo sapiens"
        in told.message
    )


def test_a_study_without_contrasts_or_counts_is_told_nothing() -> None:
    assert foreseen_references(study(), {}, []) == []
    bench = study().model_copy(update={"contrasts": ()})
    assert foreseen_references(bench, {}, [features()]) == []


def test_check_reads_the_sets_and_counts_of_a_study(tmp_path: Path) -> None:
    counts = "gene,A1,A2,B1,B2\n" + "".join(f"ENSG{i:011d},{i},3,{i},9\n" for i in range(1, 40))
    files = {
        "study.yaml": "study_id: one\nconditions: [{id: a}, {id: b}]\nenrichment: {gene_sets: {GO: sets.gmt}}\n"
        "organism: Mus musculus\ncerna: {targets: [t.tsv]}\n",
        "t.tsv": "mirna,target_id\nhsa-miR-21-5p,ENSG00000000001\nhsa-miR-9-5p,ENSG00000000002\n",
        "samples.csv": "sample,condition,donor\nA1,a,d1\nA2,a,d2\nB1,b,d1\nB2,b,d2\n",
        "contrasts.csv": "id,variable,reference,target,blocking\nb_a,condition,a,b,donor\n",
        "files.csv": "file,assay\ncounts.csv,expression_counts\n",
        "landing/counts.csv": counts,
        "sets.gmt": "GO:0000001\tone\tTP53\tMDM2\tBAX\n",
    }
    (tmp_path / "landing").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = {p.rule: p for p in ingest.check(read_folder(tmp_path))}
    told, other = found["few_known_genes"], found["other_species"]
    assert (other.file, str(other.severity)) == ("t.tsv", "local")
    assert "are of Homo sapiens (hsa-miR-21-5p, hsa-miR-9-5p), but the study is of Mus musculus" in other.message
    assert "of 3 genes of the collection 0 are genes of the study, which has 39" in told.message
