"""One-way analyses of three groups against numbers that R printed: all that ``stats_R_numbers.txt`` says.

Its Bonferroni table is compared in tests/tasks/methods/test_group_model.py.
"""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import pytest

from tests.tasks.analyses.test_group_test_methods import measurements, outcome, pairs_of, rows_of

GROUPS = ("IL1b", "USC", "EXO")


@pytest.fixture
def values(shared: Path) -> dict[str, list[float | None]]:
    with gzip.open(shared / "reference/stats_oneway_3x3.csv.gz", "rt") as stream:
        rows = list(csv.DictReader(stream))
    return {g: [float(r["value"]) for r in rows if r["group"] == g] for g in GROUPS}


@pytest.fixture
def printed(shared: Path) -> str:
    return (shared / "reference/stats_R_numbers.txt").read_text()


def found_in(text: str, pattern: str) -> list[float]:
    match = re.search(pattern, text)
    assert match, pattern
    return [float(number) for number in match.groups()]


def test_welch_anova(values: dict[str, list[float | None]], printed: str) -> None:
    f, df1, df2, p = found_in(printed, r"F = (\S+), num df = (\S+), denom df = (\S+), p-value =\s+(\S+)")
    done = outcome(measurements(values, "cultures"), omnibus="welch_anova", design="independent")
    (row,) = rows_of(done, "group_tests", role="primary")
    assert [row[k] for k in ("statistic", "df1", "df2", "pvalue")] == pytest.approx([f, df1, df2, p], rel=1e-6)


def test_tukey(values: dict[str, list[float | None]], printed: str) -> None:
    done = outcome(measurements(values, "cultures"), posthoc="tukey", design="independent")
    pairs = pairs_of(done, role="primary")
    for pair, row in pairs.items():
        first, second = pair.split("-")
        numbers = found_in(printed, rf"{second}-{first} +(\S+) +(\S+) +(\S+) +(\S+)")
        ours = [row[k] for k in ("mean_difference", "ci_low", "ci_high", "padj")]
        assert ours == pytest.approx(numbers, rel=1e-6, abs=1e-9)
    assert len(pairs) == 3


def test_kruskal_wallis(values: dict[str, list[float | None]], printed: str) -> None:
    """R's p is that of χ²; with three values a group ours is exact, over all ways to deal out the ranks."""
    h, df, p = found_in(printed, r"chi-squared = (\S+), df = (\S+), p-value = (\S+)")
    done = outcome(measurements(values, "cultures"), omnibus="kruskal_wallis", posthoc="holm", design="independent")
    (row,) = rows_of(done, "group_tests", role="primary")
    assert row["statistic"] == pytest.approx(h)
    assert row["pvalue"] == pytest.approx(6 / 1680)  # the largest H there is: 3! orders of separated groups
    assert row["pvalue"] < p
    assert df == 2
