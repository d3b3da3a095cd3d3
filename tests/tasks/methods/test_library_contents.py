from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from tasks.methods.library_contents import (
    MITOCHONDRIAL,
    RIBOSOMAL,
    contents,
    dominated,
    extreme_factors,
    log2_cpm,
)

SYMBOLS = {"g1": "MT-ND1", "g2": "RPL13A", "g3": "ACAN", "g4": None, "g5": "RPS6KA1"}
FEATURES = pl.DataFrame({"feature_id": list(SYMBOLS), "symbol": list(SYMBOLS.values())})


def counts(**samples: list[float]) -> pl.DataFrame:
    wide = pl.DataFrame({"feature_id": list(SYMBOLS)} | samples)
    return wide.unpivot(index="feature_id", variable_name="sample_id", value_name="count")


def test_each_sample_is_described() -> None:
    a, b, empty = contents(counts(a=[10.0, 20, 0, 60, 10], b=[1.0, 1, 3, 3, 0], e=[0.0] * 5), FEATURES).to_dicts()
    assert a == {
        "sample_id": "a", "library_size": 100.0, "detected_count": 4, "mitochondrial_percent": 10.0,
        "ribosomal_percent": 20.0, "top_feature_id": "g4", "top_symbol": None, "top_feature_percent": 60.0,
    }  # fmt: skip
    assert (b["top_feature_id"], b["top_symbol"], b["top_feature_percent"]) == ("g3", "ACAN", pytest.approx(37.5))
    assert (empty["library_size"], empty["detected_count"]) == (0, 0)
    shares = ("top_feature_id", "top_symbol", "top_feature_percent", "mitochondrial_percent", "ribosomal_percent")
    assert [empty[name] for name in shares] == [None] * 5


def test_shares_of_kinds_that_no_symbol_tells_are_null() -> None:
    without = FEATURES.with_columns(symbol=pl.lit(None, pl.String))
    (row,) = contents(counts(a=[1.0] * 5), without).to_dicts()
    assert (row["mitochondrial_percent"], row["ribosomal_percent"]) == (None, None)
    assert contents(counts(a=[1.0] * 5).head(0), FEATURES).is_empty()


@pytest.mark.parametrize("symbol", ["RPL3", "RPLP0", "RPS4Y1", "RPL36AL", "RPSA", "Rps27l", "RPL7L1", "RPL22L1"])
def test_proteins_of_the_ribosome_are_known(symbol: str) -> None:
    assert re.search(RIBOSOMAL, symbol)


@pytest.mark.parametrize("symbol", ["RPS6KA1", "RPL10P9", "RPLX", "RPS19BP1", "MRPL3", "RPE"])
def test_their_kinases_pseudogenes_and_cousins_are_not(symbol: str) -> None:
    assert not re.search(RIBOSOMAL, symbol)


def test_the_mitochondrial_genome_is_told_from_metallothioneins() -> None:
    assert all(re.search(MITOCHONDRIAL, s) for s in ("MT-CO1", "mt-Nd5", "mt:CoI"))
    assert not any(re.search(MITOCHONDRIAL, s) for s in ("MT1X", "MTOR", "MTND1P23"))


def test_a_feature_with_more_than_half_of_the_reads_dominates() -> None:
    rows = contents(counts(a=[0.0, 0, 51, 49, 0], b=[0.0, 0, 50, 50, 0], c=[0.0, 0, 80, 20, 0]), FEATURES)
    (found,) = dominated(rows).items()
    assert (found[0], found[1]["sample_id"].to_list()) == ("g3", ["a", "c"])


def test_size_factors_further_apart_than_fourfold_are_told() -> None:
    factors = pl.DataFrame({"sample_id": ["a", "b", "c"], "size_factor": [1.0, 0.4, 2.0]})
    assert extreme_factors(factors) == ("b", "c", pytest.approx(5.0))
    assert extreme_factors(factors.head(2)) is None
    assert extreme_factors(factors.head(0)) is None


def test_log_counts_per_million_are_vooms() -> None:
    values = np.array([[10.0, 0], [90, 200]])
    assert log2_cpm(values) == pytest.approx(np.log2([[10.5e6 / 101, 0.5e6 / 201], [90.5e6 / 101, 200.5e6 / 201]]))
