from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.special import polygamma

from tasks.methods.dispersion_trend import parametric_trend, prior_variance


@pytest.fixture(scope="module")
def airway(shared: Path) -> pl.DataFrame:
    table = pl.read_csv(shared / "reference" / "airway_R_DESeq2.csv.gz", null_values=["NA"])
    return table.filter(pl.col("dispGeneEst") > 1e-6)


def test_the_trend_of_airway_is_rs(airway: pl.DataFrame) -> None:
    found = parametric_trend(airway["baseMean"].to_numpy(), airway["dispGeneEst"].to_numpy())
    assert found is not None
    expected = found[0] + found[1] / airway["baseMean"].to_numpy()
    assert expected == pytest.approx(airway["dispFit"].to_numpy(), rel=1e-4)


def test_the_prior_of_airway_at_three_degrees_of_freedom_is_rs(airway: pl.DataFrame) -> None:
    residuals = np.log(airway["dispGeneEst"].to_numpy() / airway["dispFit"].to_numpy())
    assert prior_variance(residuals, 3)[0] == pytest.approx(0.5285285, rel=1e-6)


def test_with_more_degrees_of_freedom_sampling_noise_is_taken_off_the_spread() -> None:
    residuals = np.random.default_rng(1).normal(0, 1.5, 20000)
    variance, spread = prior_variance(residuals, 8)
    assert spread == pytest.approx(1.5**2, rel=0.03)
    assert variance == pytest.approx(spread - polygamma(1, 4))
    assert prior_variance(residuals * 0.1, 8)[0] == 0.25


def test_a_planted_trend_is_found_and_none_is_made_up() -> None:
    random = np.random.default_rng(2)
    means = np.exp(random.uniform(1, 9, 5000))
    found = parametric_trend(means, (0.05 + 3 / means) * random.gamma(4, 1 / 4, 5000))
    assert found == pytest.approx((0.05, 3.0), rel=0.05)
    assert parametric_trend(means, means / 1e4) is None
    assert parametric_trend(means[:1], means[:1]) is None
