from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from schemas.errors import BadInputError, UserError
from tasks.methods.gene_annotations import GeneAnnotations, read_gaf
from tasks.methods.go_databases import find_databases, read_gene_database, read_go_database
from tasks.methods.go_ontology import GoOntology, Ontology, ancestors, go_gene_sets
from tasks.methods.obo import read_obo
from tests.tasks.methods.small_go import ANNOTATIONS, SETS, consortium_files, databases

OFFSPRING = """
SELECT above.go_id, below.go_id
FROM go_{which}_offspring JOIN go_term AS above USING (_id) JOIN go_term AS below ON below._id = _offspring_id
"""


def test_databases_and_the_consortium_s_files_give_the_same_sets(tmp_path: Path) -> None:
    obo, gaf = consortium_files(tmp_path)
    go, org = databases(tmp_path / "R")
    ours = go_gene_sets(read_gene_database(org).rows, read_go_database(go), "BP").rows
    theirs = go_gene_sets(read_gaf(gaf).rows, read_obo(obo), "BP").rows
    assert {key: set(genes) for key, genes in ours.group_by("set_id").agg("symbol").iter_rows()} == SETS
    assert ours.equals(theirs)


def test_what_a_database_knows_of_itself_is_read(tmp_path: Path) -> None:
    go, org = databases(tmp_path)
    ontology, genes = read_go_database(go), read_gene_database(org)
    assert ontology.version == "2024-06-17"
    assert ontology.replaced == {"GO:0000022": "GO:0000002", "GO:0000007": "GO:0000004"}
    assert (genes.version, genes.organism) == ("NCBI Gene 2024-Jun11", "Homo sapiens")
    assert genes.rows.height == len(ANNOTATIONS) - 1


def test_the_databases_are_found_in_r_s_libraries_and_a_named_one_is_taken_first(tmp_path: Path) -> None:
    go, org = databases(tmp_path)
    libraries = {"R_LIBS_SITE": f"/nowhere{os.pathsep}{tmp_path}"}
    assert find_databases("human", libraries) == (go, org)
    assert find_databases("rat", libraries, org=Path("my.sqlite")) == (go, Path("my.sqlite"))
    with pytest.raises(UserError, match=r"org.Mm.eg.db is not installed. Debian has no org.Mm.eg.db: .* by --org"):
        find_databases("mouse", libraries)
    with pytest.raises(UserError, match=r"No database is known for 'wheat' .*name one by --org FILE"):
        find_databases("wheat", libraries)


def test_another_file_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    go, org = databases(tmp_path)
    with pytest.raises(BadInputError, match=r"GO.sqlite: the database has no table gene_info, go_bp.*org.Hs.eg.sqlite"):
        read_gene_database(go)
    with pytest.raises(BadInputError, match=r"org.Hs.eg.sqlite: the database has no table go_term"):
        read_go_database(org)
    (tmp_path / "x.sqlite").write_text("no database, but long enough to be read as one")
    with pytest.raises(BadInputError, match="no SQLite database"):
        read_go_database(tmp_path / "x.sqlite")


@pytest.fixture(scope="module")
def debian() -> tuple[Path, GoOntology, GeneAnnotations]:
    try:
        go, org = find_databases("human", os.environ)
    except UserError as missing:
        pytest.skip(f"{missing} (420 MB unpacked)")
    return go, read_go_database(go), read_gene_database(org)


@pytest.mark.parametrize("which", ["BP", "MF", "CC"])
def test_debian_s_databases_give_the_sets_that_bioconductor_s_own_tables_give(
    shared: Path, debian: tuple[Path, GoOntology, GeneAnnotations], which: Ontology
) -> None:
    _, ontology, annotations = debian
    if (ontology.version, annotations.version) != ("2022-07-01", "NCBI Gene 2022-Sep12"):
        pytest.skip(f"the reference sets are of 3.16, installed are {ontology.version}, {annotations.version}")
    rows = go_gene_sets(annotations.rows, ontology, which).rows
    found = {key: set(genes) for key, genes in rows.group_by("set_id").agg("symbol").iter_rows()}
    with gzip.open(shared / "annotation" / f"go_{which.lower()}_symbol.gmt.gz", "rt") as lines:
        parts = [line.rstrip("\n").split("\t") for line in lines]
    roots = {"GO:0008150", "GO:0003674", "GO:0005575"}
    assert found == {key: set(genes) for key, _, *genes in parts if key not in roots}


@pytest.mark.parametrize("which", ["BP", "MF", "CC"])
def test_ancestors_are_those_of_go_db_s_offspring_tables(
    debian: tuple[Path, GoOntology, GeneAnnotations], which: Ontology
) -> None:
    path, ontology, _ = debian
    ids = ontology.terms.filter(ontology=which)["go_id"].sort()
    above = ancestors(ontology.parents, ids).tocoo()
    found = {(ids[int(up)], ids[int(low)]) for low, up in zip(*above.coords, strict=True) if up != low}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        offspring = connection.execute(OFFSPRING.format(which=which.lower())).fetchall()
    assert found == {pair for pair in offspring if pair[0] != "all"}
