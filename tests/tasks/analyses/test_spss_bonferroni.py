"""Outputs of ``ONEWAY … /POSTHOC`` as SPSS and its free counterpart print them, reproduced to the digits printed.

SPSS Statistics: examples/full_validation/html/C3_oneway_anova.html of github.com/opalus12138/SPSS-Mac-MCP (commit
ca80a94c71a9), 400 people in three age groups. A one-way analysis knows no more of the data than n, mean and SD of each
group, which SPSS prints under Descriptives; values with just these moments are tested here.
GNU PSPP, with raw data: tests/language/commands/oneway.at, "posthoc LSD and BONFERRONI" (pigmentation of four families)
and "posthoc Tukey HSD and Games-Howell" (libido by dose, a textbook's example).
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.tasks.analyses.test_group_test_methods import measurements, outcome, pairs_of, rows_of

DESCRIPTIVES = {"young": (143, 36.4668, 7.97346), "middle": (166, 37.6674, 7.30718), "old": (91, 37.8958, 7.17932)}
ANOVA = {"statistic": "1.360", "df1": "2", "df2": "397", "pvalue": ".258"}
# I-J: mean difference, standard error, Sig., 95 % confidence interval
COMPARISONS = {
    ("young", "middle"): ("-1.20060", ".85848", ".488", "-3.2645", ".8633"),
    ("young", "old"): ("-1.42903", "1.00900", ".472", "-3.8548", ".9968"),
    ("middle", "young"): ("1.20060", ".85848", ".488", "-.8633", "3.2645"),
    ("middle", "old"): ("-.22843", ".98144", "1.000", "-2.5880", "2.1311"),
    ("old", "young"): ("1.42903", "1.00900", ".472", "-.9968", "3.8548"),
    ("old", "middle"): (".22843", ".98144", "1.000", "-2.1311", "2.5880"),
}
PIGMENTATION = {
    "1": [36, 39, 43, 38, 37], "2": [46, 47, 47, 47, 43], "3": [40, 50, 44, 48, 50], "4": [45, 53, 56, 52, 56]
}  # fmt: skip
LIBIDO = {"placebo": [3, 2, 1, 1, 4], "one": [5, 2, 4, 2, 3], "two": [7, 4, 5, 3, 6]}
# later minus earlier group: mean difference, standard error, Sig., confidence interval
PSPP: dict[str, tuple[dict[str, list[int]], dict[str, str]]] = {
    "bonferroni": (
        PIGMENTATION,
        {
            "1-2": "7.400 2.223 .025 .714 14.086",
            "1-3": "7.800 2.223 .017 1.114 14.486",
            "1-4": "13.800 2.223 .000 7.114 20.486",
            "2-3": ".400 2.223 1.000 -6.286 7.086",
            "2-4": "6.400 2.223 .065 -.286 13.086",
            "3-4": "6.000 2.223 .095 -.686 12.686",
        },
    ),
    "none": (
        PIGMENTATION,
        {
            "1-2": "7.400 2.223 .004 2.688 12.112",
            "1-3": "7.800 2.223 .003 3.088 12.512",
            "1-4": "13.800 2.223 .000 9.088 18.512",
            "2-3": ".400 2.223 .859 -4.312 5.112",
            "2-4": "6.400 2.223 .011 1.688 11.112",
            "3-4": "6.000 2.223 .016 1.288 10.712",
        },
    ),
    "tukey": (
        LIBIDO,
        {
            "placebo-one": "1.000 .887 .516 -1.366 3.366",
            "placebo-two": "2.800 .887 .021 .434 5.166",
            "one-two": "1.800 .887 .147 -.566 4.166",
        },
    ),
    "games_howell": (
        LIBIDO,
        {
            "placebo-one": "1.000 - .479 -1.356 3.356",
            "placebo-two": "2.800 - .039 .161 5.439",
            "one-two": "1.800 - .185 -.839 4.439",
        },
    ),
}
WHOLE = {"bonferroni": "12.927 .000", "none": "12.927 .000", "tukey": "5.119 .025", "games_howell": "5.119 .025"}
OF_MEANS = 1.5e-4  # two means, each printed with four decimals


def with_moments(n: int, mean: float, sd: float) -> list[float]:
    """Values of exactly this mean and SD."""
    even = np.linspace(-1, 1, n)
    return [float(v) for v in mean + sd * (even - even.mean()) / even.std(ddof=1)]


def printed(text: str) -> object:
    """Any number that SPSS prints so."""
    return pytest.approx(float(text), abs=0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-12)


def test_every_number_of_spss_is_reproduced() -> None:
    values: dict[str, list[float | None]] = {g: [*with_moments(*m)] for g, m in DESCRIPTIVES.items()}
    done = outcome(measurements(values, "cultures"), posthoc="bonferroni", design="independent")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert whole["method"] == "one_way_anova"
    assert {name: whole[name] for name in ANOVA} == {name: printed(text) for name, text in ANOVA.items()}
    found = pairs_of(done, role="primary")
    assert len(found) == 3
    for (i, j), (difference, error, sig, low, high) in COMPARISONS.items():
        is_own_order = f"{j}-{i}" in found  # ours are later - earlier group, theirs I - J
        row = found[f"{j}-{i}" if is_own_order else f"{i}-{j}"]
        sign = 1 if is_own_order else -1
        ends = sorted((sign * row["ci_low"], sign * row["ci_high"]))
        assert sign * row["mean_difference"] == pytest.approx(float(difference), abs=OF_MEANS)
        assert row["mean_difference"] / row["statistic"] == printed(error)
        assert row["padj"] == printed(sig)
        assert ends == pytest.approx([float(low), float(high)], abs=OF_MEANS)
        assert (row["correction"], row["family_size"]) == ("bonferroni", 3)


@pytest.mark.parametrize("posthoc", PSPP)
def test_every_number_of_pspp_is_reproduced(posthoc: str) -> None:
    """Its Games-Howell prints another standard error: that of equal variances, which the interval does not use."""
    data, comparisons = PSPP[posthoc]
    values: dict[str, list[float | None]] = {g: [*map(float, many)] for g, many in data.items()}
    done = outcome(measurements(values, "cultures"), posthoc=posthoc, design="independent")
    (whole,) = rows_of(done, "group_tests", method="one_way_anova")
    f, sig = WHOLE[posthoc].split()
    assert [whole["statistic"], whole["pvalue"]] == [printed(f), printed(sig)]
    found = pairs_of(done, role="primary")
    assert found.keys() == comparisons.keys()
    for pair, text in comparisons.items():
        row = found[pair]
        difference, error, sig, low, high = text.split()
        ours = [row[name] for name in ("mean_difference", "padj", "ci_low", "ci_high")]
        assert ours == [printed(number) for number in (difference, sig, low, high)], pair
        if error != "-":
            assert row["mean_difference"] / row["statistic"] == printed(error)
