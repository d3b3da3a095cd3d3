"""Group tests of files that instruments wrote, read by our parsers, against what R makes of the same files.

``real_bench_tests.R`` reads the files itself. Wells, lanes and runs stand for cultures: the arithmetic is compared.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tasks.contracts import Computed, RawFile, parsers
from tests.tasks.analyses.test_group_test_methods import Layout, Row, measurements, outcome, rows_of
from tests.tasks.parsers.bench_files import context

EXACT = (1e-9, 1e-12)  # relative and absolute: R's closed forms
TAIL = (1e-7, 1e-7)  # R's own studentised range
INTEGRAL = (1e-6, 2e-9)  # adaptive integration in R
SIMULTANEOUS = {"tukey": TAIL, "games_howell": INTEGRAL, "dunnett": INTEGRAL}
BLOCKED = ("growth", "cells")
Groups = dict[str, list[float]]


@cache
def expected() -> dict[str, float]:
    with Path(__file__).with_name("real_bench_tests.csv").open() as stream:
        return {r["name"]: float(r["value"]) for r in csv.DictReader(stream)}


def read(parser: str, path: Path, table: str, assay: str) -> pl.DataFrame:
    return parsers()[parser].parse(RawFile.read(path), context(assay=assay)).frames[f"core.{table}"]


def grouped(frame: pl.DataFrame, group: pl.Expr, value: str | pl.Expr = "value") -> Groups:
    """Values of each group, both in the frame's order."""
    rows = frame.select(group=group, value=pl.col(value) if isinstance(value, str) else value)
    return {str(g): v for g, v in rows.group_by("group", maintain_order=True).agg("value").iter_rows()}


def column(many: tuple[int, ...]) -> pl.Expr:
    return pl.col("well").str.slice(1).cast(pl.Int64).is_in(many)


def growth(data: Path) -> Groups:
    path = data / "plate_reader/agilent_gen5/kinetic_helper_gene_growth_curve.txt"
    wells = read("gen5", path, "plate_wells", "cell_viability")
    first = wells.filter(pl.col("time_h") == pl.col("time_h").min()).sort("well")
    return grouped(first.filter(pl.col("well").str.slice(0, 1).is_in(list("ABCD"))), pl.col("well").str.slice(0, 1))


def pax6(data: Path) -> Groups:
    wells = read("quantstudio", data / "qpcr/auto_qpcr/RELATIVE_example.csv", "qpcr_wells", "qpcr")
    return grouped(wells.filter(target="PAX6"), pl.col("sample_name"), -pl.col("cq"))


def elisa(data: Path) -> Groups:
    path = data / "plate_reader/perkin_elmer_envision/PE_Envision_absorbance_A450_example.csv"
    wells = read("envision", path, "plate_wells", "cell_viability").filter(plate="Plate 1")
    number = pl.col("well").str.slice(1)
    return grouped(wells.filter(column((4, 7, 10, 12))).sort(number, "well"), number)


def cells(data: Path) -> Groups:
    path = data / "cell_imaging_counts/agilent_gen5_image/Cell_Count_DAPI_GFP.txt"
    counts = read("gen5_image", path, "cell_counts", "cell_counts")
    number = pl.col("well").str.slice(1)
    return grouped(counts.filter(column((1, 3, 5, 7))).sort(number, "well"), number, "percent_positive")


def blot(data: Path) -> Groups:
    bands = read("imagej", data / "western/imagej_Results.csv", "blot_bands", "western_blot").sort("lane")
    lane = pl.col("lane")
    group = pl.when(lane <= 3).then(pl.lit("a")).when(lane <= 6).then(pl.lit("b")).otherwise(pl.lit("c"))
    return grouped(bands, group, "mean_intensity")


def viable(data: Path) -> Groups:
    path = data / "cell_imaging_counts/beckman_vi_cell_blu/Beckman_Vi-Cell-BLU_example01.csv"
    runs = read("vicell", path, "cell_counts", "cell_counts").sort("sample_name")
    return grouped(runs.with_row_index(), pl.when(pl.col("index") < 5).then(pl.lit("first")).otherwise(pl.lit("last")),
                   "percent_viable")  # fmt: skip


SETS: Mapping[str, Callable[[Path], Groups]] = {
    "growth": growth, "pax6": pax6, "elisa": elisa, "cells": cells, "blot": blot, "viable": viable
}  # fmt: skip
MANY = [name for name in SETS if name != "viable"]


def results_of(groups: Mapping[str, list[float]], layout: Layout = "cultures", **options: object) -> Computed:
    """Groups as ``g1, g2, …`` in R's order."""
    values: dict[str, list[float | None]] = {f"g{i}": [*v] for i, v in enumerate(groups.values(), start=1)}
    return outcome(measurements(values, layout), **options)


def pairs(done: Computed, **where: object) -> dict[str, Row]:
    return {f"{r['group_a'][1:]}-{r['group_b'][1:]}": r for r in rows_of(done, "pairwise_tests", **where)}


def close(name: str, tolerance: tuple[float, float] = EXACT) -> Any:  # noqa: ANN401 - pytest's approximation
    return pytest.approx(expected()[name], rel=tolerance[0], abs=tolerance[1])


@cache
def groups_of(name: str, data: Path) -> Groups:
    return SETS[name](data)


@pytest.mark.parametrize("name", SETS)
def test_parsers_read_what_r_reads(shared: Path, name: str) -> None:
    groups = groups_of(name, shared / "data")
    assert sum(map(len, groups.values())) == expected()[f"{name}.n"]
    for i, values in enumerate(groups.values(), start=1):
        assert sum(values) / len(values) == close(f"{name}.mean.{i}")


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("posthoc", ["bonferroni", "holm", "tukey", "games_howell", "dunnett"])
def test_one_way_analysis_and_its_post_hoc_tests(shared: Path, name: str, posthoc: str) -> None:
    done = results_of(groups_of(name, shared / "data"), posthoc=posthoc, design="independent")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert (whole["statistic"], whole["pvalue"]) == (close(f"{name}.one_way.f"), close(f"{name}.one_way.p"))
    found = pairs(done, role="primary")
    assert found
    tolerance = SIMULTANEOUS.get(posthoc, EXACT)
    for pair, row in found.items():
        assert row["padj"] == close(f"{name}.{posthoc}.{pair}.p", tolerance)
        if posthoc in {"bonferroni", "tukey"}:
            ends = (close(f"{name}.{posthoc}.{pair}.low", tolerance), close(f"{name}.{posthoc}.{pair}.high", tolerance))
            assert (row["ci_low"], row["ci_high"]) == ends


@pytest.mark.parametrize("name", MANY)
def test_welch_and_rank_analyses(shared: Path, name: str) -> None:
    groups = groups_of(name, shared / "data")
    (whole,) = rows_of(results_of(groups, omnibus="welch_anova", design="independent"), "group_tests", role="primary")
    ours = [whole[k] for k in ("statistic", "df2", "pvalue")]
    assert ours == [close(f"{name}.welch.{k}") for k in ("f", "df2", "p")]
    done = results_of(groups, omnibus="kruskal_wallis", posthoc="holm", design="independent")
    (whole,) = rows_of(done, "group_tests", role="primary")
    assert whole["statistic"] == close(f"{name}.kruskal.h")
    for pair, row in pairs(done, role="primary").items():
        assert (row["pvalue"], row["padj"]) == (close(f"{name}.dunn.{pair}.p"), close(f"{name}.dunn.{pair}.holm"))


@pytest.mark.parametrize("name", SETS)
def test_two_groups(shared: Path, name: str) -> None:
    """The first group against each other one; Mann-Whitney where nothing is tied."""
    groups = groups_of(name, shared / "data")
    first, *others = groups
    for i, other in enumerate(others, start=2):
        pair, two = f"1-{i}", {first: groups[first], other: groups[other]}
        (row,) = pairs(results_of(two, two_groups="student_t", design="independent"), role="primary").values()
        assert [row[k] for k in ("statistic", "pvalue", "ci_low")] == [
            close(f"{name}.student.{pair}.{k}") for k in ("t", "p", "low")
        ]
        (row,) = pairs(results_of(two, two_groups="welch_t", design="independent"), role="primary").values()
        assert [row[k] for k in ("statistic", "df", "pvalue")] == [
            close(f"{name}.welch_t.{pair}.{k}") for k in ("t", "df", "p")
        ]
        if name == "viable":
            (row,) = pairs(results_of(two, two_groups="mann_whitney", design="independent"), role="primary").values()
            assert row["pvalue"] == close(f"{name}.mann_whitney.{pair}.p")


@pytest.mark.parametrize("name", BLOCKED)
@pytest.mark.parametrize("posthoc", ["bonferroni", "tukey"])
def test_blocks(shared: Path, name: str, posthoc: str) -> None:
    done = results_of(groups_of(name, shared / "data"), "donors", posthoc=posthoc)
    whole = {r["method"]: r for r in rows_of(done, "group_tests")}
    block = whole["randomised_block_anova"]
    assert (block["role"], block["statistic"], block["pvalue"]) == (
        "primary", close(f"{name}.block.f"), close(f"{name}.block.p")
    )  # fmt: skip
    assert whole["one_way_anova"]["pvalue"] == close(f"{name}.one_way.p")
    assert whole["friedman"]["statistic"] == close(f"{name}.friedman.chi")
    for pair, row in pairs(done, role="primary").items():
        tolerance = SIMULTANEOUS.get(posthoc, EXACT)
        assert row["padj"] == close(f"{name}.block_{posthoc}.{pair}.p", tolerance)
        assert row["ci_low"] == close(f"{name}.block_{posthoc}.{pair}.low", tolerance)
    for pair, row in pairs(done, method="paired_t").items():
        assert row["pvalue"] == close(f"{name}.paired.{pair}.p")
