"""The glucocorticoid and the cholangiocarcinoma study through to terms; numbers recomputed from files and tables."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tasks.engine import analyse, ingest
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.study_files import read_folder
from warehouse.models import views
from warehouse.store import Session

ANALYSES = ("differential_expression", "target_mappings", "cerna_triplets", "enrichment")


def session_of(study: Path, home: Path, names: tuple[str, ...]) -> Iterator[Session]:
    warehouse, store = open_warehouse(home), open_objects(home)
    plan = ingest.plan_ingest(read_folder(study), warehouse, store)
    for batch in plan.batches:
        ingest.load_batch(plan, batch, warehouse, store)
    for name in names:
        for step in analyse.plan_wave((name,), plan.path, warehouse).steps:
            assert {p.status for p in analyse.run_parts(step, plan.path, warehouse)} == {"done"}
    with warehouse.open("read") as session:
        yield session


@pytest.fixture(scope="module")
def airway(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    home = tmp_path_factory.mktemp("airway")
    study = shutil.copytree(shared / "studies" / "airway", home / "study", copy_function=shutil.copyfile)
    text = (study / "study.yaml").read_text()
    assert "enrichment: {" in text
    wanted = "enrichment: {methods: [ora, gsea], permutations: 1000, "
    (study / "study.yaml").write_text(text.replace("enrichment: {", wanted))
    names = ("differential_expression", "enrichment", "gsea", "figure running_scores")
    yield from session_of(study, home, names)


@pytest.fixture(scope="module")
def chol(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    yield from session_of(shared / "studies" / "tcga_chol", tmp_path_factory.mktemp("chol"), ANALYSES)


def family(rows: pl.DataFrame, gmt: Path, listed: set[str], background: set[str]) -> None:
    """Every row of one family against plain sets of the GMT file, by scipy."""
    sets = {}
    for line in gzip.decompress(gmt.read_bytes()).decode().splitlines():
        if not line.startswith("#"):
            first, second, *genes = line.split("\t")
            sets[frozenset((first, second))] = set(genes) & background
    headings = len(set().union(*sets.values())) / 2  # both collections have more than twenty sets
    kept = {names: genes for names, genes in sets.items() if 10 <= len(genes) <= min(500, headings)}
    exact = {
        n: float(stats.hypergeom.sf(len(g & listed) - 1, len(background), len(g), len(listed))) for n, g in kept.items()
    }
    after = dict(zip(exact, stats.false_discovery_control(list(exact.values())), strict=True))
    assert rows["family_size"].unique().to_list() == [len(kept)]
    assert rows.height == sum(bool(genes & listed) for genes in kept.values())
    for row in rows.iter_rows(named=True):
        names = frozenset((row["term_id"], row["term"]))
        assert set(row["genes"].split(";")) == kept[names] & listed
        assert row["pvalue"] == pytest.approx(exact[names], rel=1e-9)
        assert row["padj"] == pytest.approx(after[names], rel=1e-9)


@pytest.mark.parametrize(("collection", "file"), [("GO_BP", "go_bp"), ("WikiPathways", "wikipathways")])
def test_terms_of_airway_are_those_of_the_definition(airway: Session, shared: Path, collection: str, file: str) -> None:
    tested = airway.read("result.differential_expression", {"method": ["deseq2"]}).drop_nulls("pvalue")
    tested = tested.with_columns(gene=pl.coalesce("symbol", "feature_id"))
    up = set(tested.filter(direction="up")["gene"])
    rows = airway.read("result.enrichment", {"gene_list": ["up"], "collection": [collection]})
    gmt = shared / "studies" / "airway" / "reference" / f"{file}.gmt.gz"
    family(rows, gmt, up, set(tested["gene"]))


def test_dexamethasone_calls_the_terms_that_it_is_known_for(airway: Session) -> None:
    rows = airway.read("result.enrichment", {"collection": ["GO_BP"], "gene_list": ["all"]})
    assert rows["nes"].null_count() == rows.height
    assert rows.filter(pl.col("padj") < 0.05).height > 20
    known = rows.filter(pl.col("term").str.contains("glucocorticoid|extracellular matrix organization"))
    assert known["pvalue"].min() < 1e-3


def test_sets_of_airways_ranking_have_the_score_of_the_definition_and_its_leading_edge(
    airway: Session, shared: Path
) -> None:
    rows = airway.read("result.enrichment", {"method": ["gsea"], "collection": ["WikiPathways"]})
    tested = airway.read("result.differential_expression", {"method": ["deseq2"]}).drop_nulls("pvalue")
    tested = tested.with_columns(gene=pl.coalesce("symbol", "feature_id"), size=pl.col("stat").abs())
    strongest = tested.sort("size", descending=True).unique("gene", keep="first", maintain_order=True)
    values = dict(strongest.select("gene", "stat").iter_rows())
    order = sorted(values, key=lambda gene: (-values[gene], gene))
    place, weights = {gene: i for i, gene in enumerate(order)}, np.array([abs(values[gene]) for gene in order])
    gmt = shared / "studies" / "airway" / "reference" / "wikipathways.gmt.gz"
    lines = [line.split("\t") for line in gzip.decompress(gmt.read_bytes()).decode().splitlines() if line[0] != "#"]
    sets = {frozenset(names[:2]): [place[gene] for gene in set(names[2:]) & set(place)] for names in lines}
    kept = {names: hits for names, hits in sets.items() if 10 <= len(hits) <= 500}
    assert rows.height == len(kept) == rows["family_size"][0]
    assert rows["background_size"].unique().to_list() == [len(order)]
    for row in rows.iter_rows(named=True):
        hits = sorted(kept[frozenset((row["term_id"], row["term"]))])
        steps = np.full(len(order), -1 / (len(order) - len(hits)))
        steps[hits] = weights[hits] / weights[hits].sum()
        walk = np.cumsum(steps)
        assert row["es"] == pytest.approx(walk[np.argmax(np.abs(walk))], abs=1e-9)
        end = hits if row["es"] > 0 else [len(order) - 1 - hit for hit in hits[::-1]]
        edge = [hit for hit in end if hit < row["list_size"]]
        assert row["genes"].split(";") == [order[hit if row["es"] > 0 else -1 - hit] for hit in edge]
    assert rows["padj"].to_list() == pytest.approx(stats.false_discovery_control(rows["pvalue"]).tolist())


def test_the_view_and_a_picture_show_the_rankings_terms_with_their_direction(airway: Session) -> None:
    seen = airway.query(dict(views())["mart.enriched_terms"])
    receptor = seen.filter(method="gsea", term="Glucocorticoid receptor pathway").row(0, named=True)
    assert receptor["nes"] > 1.4
    assert receptor["nominal_pvalue"] < 0.02
    assert {"TSC22D3", "ANGPTL4"} < set(receptor["genes"].split(";"))
    assert seen.filter(method="gsea")["nes"].null_count() == 0
    assert set(seen.filter(pl.col("nes").is_null())["method"]) == {"ora"}
    drawn = airway.read("result.figures", {"figure": ["running_scores"]})
    assert set(drawn["part"]) == {"dex, GO_BP", "dex, WikiPathways"}


def test_networks_of_cholangiocarcinoma_are_tested_against_mrnas_with_a_usable_target(
    chol: Session, shared: Path
) -> None:
    tests = chol.read("result.differential_expression", {"method": ["deseq2"]}).drop_nulls("pvalue")
    names = chol.read("result.target_mappings").drop_nulls("feature_id")
    tested = names.join(tests.select("feature_id", "rna_class", gene=pl.coalesce("symbol", "feature_id")), "feature_id")
    mirnas = set(tested.filter(side="mirna")["name"])
    pairs = chol.read("core.mirna_targets").filter(pl.col("mirna").is_in(mirnas))
    usable = tested.filter(pl.col("name").is_in(set(pairs["target_id"])), side="target", rna_class="mrna")
    nodes = chol.read("result.cerna_nodes").filter(rna_class="mrna").join(usable.unique("feature_id"), "feature_id")
    gmt = shared / "studies" / "tcga_chol" / "reference" / "go_bp.gmt.gz"
    for name, network in (("cerna_mrnas", nodes), ("hubs", nodes.filter("is_hub"))):
        rows = chol.read("result.enrichment", {"gene_list": [name]})
        assert rows["list_size"].unique().to_list() == [network["gene"].n_unique()]
        family(rows, gmt, set(network["gene"]), set(usable["gene"]))


def test_the_tumours_dividing_cells_are_found(chol: Session) -> None:
    up = chol.read("result.enrichment", {"gene_list": ["up"]}).filter(term="mitotic cell cycle").row(0, named=True)
    assert (up["overlap"], up["set_size"], up["list_size"], up["background_size"]) == (22, 37, 195, 868)
    assert up["padj"] < 0.001
    assert (up["background"], up["is_representative"]) == ("tested", True)


def test_non_coding_genes_in_the_background_are_told_and_do_not_bring_the_root_to_the_top(chol: Session) -> None:
    rows = chol.read("result.enrichment", {"gene_list": ["all"]})
    assert not {"biological_process", "cellular process"} & set(rows["term"])
    (told,) = chol.read("ops.validation_results", {"rule": ["annotation_bias"]})["message"]
    assert "GO_BP knows 225 of 328 changed genes (69%) but only 404 of 868 tested ones (47%)" in told
