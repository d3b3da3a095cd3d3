from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.pvalue_histograms import ADVICE, histogram, null_share

REFERENCE = Path(__file__).parents[2] / "reference"


def test_bins_and_null_share_are_rs() -> None:
    pvalues = pl.read_csv(REFERENCE / "quality_pvalues.csv")["p"].to_numpy()
    expected = pl.read_csv(REFERENCE / "quality_pi0.csv")
    found = histogram(pvalues)
    assert found.counts.tolist() == list(expected.row(0)[2:])
    assert found.pi0 == pytest.approx(expected["storey"][0], rel=1e-12)
    assert found.pi0 == pytest.approx(expected["convest"][0], abs=0.05)  # another estimator, of limma


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0])
def test_the_null_share_is_near_the_truth(share: float) -> None:
    random = np.random.default_rng(4)
    count = 20_000
    pvalues = np.r_[random.uniform(size=int(share * count)), random.beta(0.1, 8, size=count - int(share * count))]
    assert null_share(pvalues) == pytest.approx(share, abs=0.04)


def drawn(kind: str, seed: int, count: int = 8000) -> np.ndarray:
    random = np.random.default_rng(seed)
    flat = random.uniform(size=count)
    some = count // 5
    match kind:
        case "anti_conservative":
            flat[:some] = random.beta(0.2, 5, size=some)
        case "conservative":
            flat = random.beta(1.6, 1, size=count)
        case "u_shaped":
            flat[:some], flat[some : 2 * some] = random.beta(0.2, 5, size=some), 1 - 0.02 * random.uniform(size=some)
        case "humped":
            flat = random.beta(2.5, 2.5, size=count)
        case _:
            assert kind == "uniform"
    return flat


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", ["anti_conservative", "uniform", "conservative", "u_shaped", "humped"])
def test_shapes_are_called_by_their_names(kind: str, seed: int) -> None:
    found = histogram(drawn(kind, seed))
    assert found.verdict == kind
    assert ADVICE[found.verdict]


def test_few_p_values_have_no_shape() -> None:
    found = histogram(np.full(99, 0.001))
    assert (found.verdict, found.pi0, found.counts[0]) == ("too_few", None, 99)
    assert histogram(np.array([])).counts.sum() == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=400))
def test_every_p_value_is_in_one_bin_and_the_null_share_is_a_share(pvalues: list[float]) -> None:
    found = histogram(np.array(pvalues))
    assert found.counts.sum() == len(pvalues)
    assert 0 <= null_share(np.array(pvalues)) <= 1
