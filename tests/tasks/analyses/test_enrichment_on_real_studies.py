"""The glucocorticoid and the cholangiocarcinoma study through to terms; numbers recomputed from files and tables."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from scipy import stats

from tasks.engine import analyse, ingest
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.study_files import read_folder
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
    names = ("differential_expression", "enrichment")
    yield from session_of(shared / "studies" / "airway", tmp_path_factory.mktemp("airway"), names)


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
    assert rows.filter(pl.col("padj") < 0.05).height > 20
    known = rows.filter(pl.col("term").str.contains("glucocorticoid|extracellular matrix organization"))
    assert known["pvalue"].min() < 1e-3


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
