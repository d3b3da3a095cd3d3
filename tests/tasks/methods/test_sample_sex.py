from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.sample_sex import by_donor, declared_sex, observed_sex, sex_genes

FEATURES = pl.DataFrame({"feature_id": ["g1", "g2", "g3", "g4"], "symbol": ["XIST", "RPS4Y1", "DDX3Y", "ACAN"]})


def counts(**samples: list[float]) -> pl.DataFrame:
    wide = pl.DataFrame({"feature_id": ["g1", "g2", "g3", "g4"]} | samples)
    return wide.unpivot(index="feature_id", variable_name="sample_id", value_name="count")


def test_reads_show_the_sex() -> None:
    table = counts(
        a=[900.0, 1, 0, 1e6],
        b=[2.0, 300, 200, 1e6],
        c=[300.0, 200, 100, 1e6],
        d=[0.0, 0, 0, 1e6],
        e=[9.0, 0, 0, 1000],
    )
    found = observed_sex(table, FEATURES)
    assert found["observed_sex"].to_list() == ["female", "male", "both", "unclear", "unclear"]
    assert found["xist_cpm"][0] == pytest.approx(900 * 1e6 / 1_000_901)
    assert found["y_cpm"][1] == pytest.approx(500 * 1e6 / 1_000_502)
    assert found["y_genes"].unique().to_list() == ["DDX3Y;RPS4Y1"]


def test_without_xist_a_male_is_seen_and_a_female_is_not() -> None:
    table = counts(a=[900.0, 0, 0, 1e6], b=[0.0, 300, 200, 1e6]).filter(pl.col("feature_id") != "g1")
    found = observed_sex(table, FEATURES)
    assert found.select("xist_cpm", "observed_sex").rows() == [(None, "unclear"), (None, "male")]


def test_without_any_gene_of_the_kind_nothing_is_said() -> None:
    table = counts(a=[900.0, 0, 0, 1e6]).filter(pl.col("feature_id") == "g4")
    (row,) = observed_sex(table, FEATURES).to_dicts()
    assert row == {"sample_id": "a", "xist_cpm": None, "y_cpm": None, "y_genes": "", "observed_sex": None}
    assert observed_sex(table.head(0), FEATURES).is_empty()


def test_genes_are_known_by_symbol_and_by_ensembl_id_with_or_without_version() -> None:
    ids = ["ENSG00000229807.14", "ENSG00000129824", "Xist", "Eif2s3y", "XISTX", "g9"]
    found = sex_genes(pl.DataFrame({"feature_id": ids, "symbol": [None, None, None, "Eif2s3y", None, "DDX3Y"]}))
    assert dict(found.iter_rows()) == {
        "ENSG00000229807.14": "XIST", "ENSG00000129824": "RPS4Y1", "Xist": "XIST", "Eif2s3y": "EIF2S3Y", "g9": "DDX3Y",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("f", "female"),
        ("Female ", "female"),
        ("女", "female"),
        ("M", "male"),
        ("男", "male"),
        ("x", None),
        (None, None),
    ],
)
def test_words_of_sheets_are_understood(text: str | None, sex: str | None) -> None:
    assert declared_sex(text) == sex


def test_samples_of_donors_are_grouped_by_what_they_show() -> None:
    rows = [
        {"donor_id": d, "sample_id": s, "observed_sex": x}
        for d, s, x in (("d", "a", "male"), ("d", "b", "female"), ("d", "c", "unclear"), ("", "e", "male"))
    ]
    assert by_donor(rows) == {"d": {"male": ["a"], "female": ["b"]}}
