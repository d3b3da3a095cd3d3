from __future__ import annotations

from pathlib import Path

import polars as pl

from tasks.methods.host_genes import with_host_genes
from tests.tasks.parsers.count_files import context, reference

HOSTS = pl.Series(["ENSG00000000001.7", "TWICE", "ONCE", "ONCE;OTHER", None, "ENSG00000000009"], dtype=pl.String)


def described(folder: Path | None) -> list[tuple[str | None, str | None]]:
    known = pl.DataFrame(
        {
            "feature_id": ["ENSG00000000001.2", "ENSG00000000002", "ENSG00000000003", "ENSG00000000004"],
            "symbol": ["HIPK3", "TWICE", "TWICE", "ONCE"],
        }
    )
    references = {"features": reference(folder, known, "features.tsv")} if folder else None
    features = pl.DataFrame({"feature_id": [f"c{i}" for i in range(6)]})
    found = with_host_genes(features, HOSTS, context(references=references))
    assert found["feature_id"].to_list() == features["feature_id"].to_list()
    return found.select("host_gene_id", "host_gene").rows()


def test_without_annotation_a_tool_names_ids_or_symbols() -> None:
    expected = [("ENSG00000000001.7", None), (None, "TWICE"), (None, "ONCE"), (None, "ONCE;OTHER"), (None, None)]
    assert described(None) == [*expected, ("ENSG00000000009", None)]


def test_the_annotation_adds_what_it_can_tell_for_certain(tmp_path: Path) -> None:
    expected = [("ENSG00000000001.7", "HIPK3"), (None, "TWICE"), ("ENSG00000000004", "ONCE"), (None, "ONCE;OTHER")]
    assert described(tmp_path) == [*expected, (None, None), ("ENSG00000000009", None)]


def test_features_of_other_libraries_have_none() -> None:
    found = with_host_genes(pl.DataFrame({"feature_id": ["A"]}), None, context())
    assert found.rows() == [("A", None, None)]
