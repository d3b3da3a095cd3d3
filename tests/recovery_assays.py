"""Whether stainings, blots, particle tracking and RNA quality show the truth that their files were drawn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np

Truth = Mapping[str, Any]
PERCENT_TOLERANCE, LOG2_TOLERANCE = 5.0, 0.25
SIZE_TOLERANCE, AMOUNT_TOLERANCE = 0.04, 0.10  # relative
REFERENCES, RESCUE_TOLERANCE = ("control", "il1b"), 25.0  # per cent
COMPARISONS = ("viability_all", "qpcr_all", "senescence_all", "western_all", "apoptosis_all")


def primary_pairs(
    connection: duckdb.DuckDBPyConnection,
    study: str,
    assay: str,
    time_h: float | None = None,
    measure: str | None = None,
) -> dict[Any, Any]:
    """Difference and adjusted p of the primary pairwise tests over all conditions, by target and pair.

    ``measure`` is for assays with several.
    """
    rows = connection.execute(
        """
        SELECT target, group_a, group_b, mean_difference, padj, family_size
        FROM result.pairwise_tests
        WHERE study_id = ? AND assay = ? AND role = 'primary' AND list_contains(?, comparison_id)
            AND time_h IS NOT DISTINCT FROM ? AND measure = coalesce(?, measure)
        """,
        [study, assay, COMPARISONS, time_h, measure],
    ).fetchall()
    assert rows, f"no primary pairwise test of {assay} at {time_h} h"
    assert {row[5] for row in rows} == {15}, "six conditions make a family of 15 pairs"
    return {tuple(row[:3]): row[3:5] for row in rows}


def assert_damage_and_rescue(tests: Mapping[Any, Any], target: str, *, damage: int) -> None:
    """IL-1β moves the target up (1) or down (-1), USC and exosomes move it back, all significantly."""
    for group_a, group_b, sign in (
        ("control", "il1b", damage),
        ("il1b", "il1b_usc", -damage),
        ("il1b", "il1b_exo", -damage),
    ):
        difference, padj = tests[target, group_a, group_b]
        where = f"{target}, {group_b} against {group_a}"
        assert np.sign(difference) == sign, f"{where}: {difference}"
        assert padj < 0.05, f"{where}: padj {padj}"


def assert_senescence_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Every culture's counts exactly, every condition's percentage nearly, IL-1β's damage and its rescue."""
    study, planted = truth["study_id"], truth["senescence"]
    rows = connection.execute(
        """
        SELECT s.sample_id, s.condition, p.stain, p.positive_count, p.total_count, p.percent_positive
        FROM result.percent_positive AS p JOIN core.samples AS s USING (study_id, sample_id) WHERE study_id = ?
        """,
        [study],
    ).fetchall()
    assert {row[2] for row in rows} == {planted["stain"]}
    assert {row[0]: {"positive": row[3], "total": row[4]} for row in rows} == planted["counted"]
    found = _means((condition, percent) for _, condition, *_, percent in rows)
    assert found.keys() == planted["percent_positive"].keys()
    for condition, (mean, n) in found.items():
        assert n == 3, condition
        assert abs(mean - planted["percent_positive"][condition]) < PERCENT_TOLERANCE, f"{condition}: {mean}"
    assert_damage_and_rescue(primary_pairs(connection, study, "senescence"), planted["stain"], damage=1)


def _means(rows: Iterable[tuple[str, float]]) -> dict[str, tuple[float, int]]:
    groups: dict[str, list[float]] = defaultdict(list)
    for name, value in rows:
        groups[name].append(value)
    return {name: (float(np.mean(values)), len(values)) for name, values in groups.items()}


def assert_western_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Changes of every protein against the control, over the loading control of the same membrane."""
    study, planted = truth["study_id"], truth["western"]
    rows = connection.execute(
        """
        SELECT p.target, s.condition, p.log2_ratio, p.loading
        FROM result.protein AS p JOIN core.samples AS s USING (study_id, sample_id) WHERE study_id = ?
        """,
        [study],
    ).fetchall()
    assert {row[3] for row in rows} == {planted["loading"]}
    expected = planted["log2_change_against_control"]
    assert {row[:2] for row in rows} == {(t, c) for t, conditions in expected.items() for c in conditions}
    tests = primary_pairs(connection, study, "western_blot")
    for target, changes in expected.items():
        found = _means((condition, log2) for name, condition, log2, _ in rows if name == target)
        for condition, (mean, n) in found.items():
            assert n == 3, f"{target} in {condition}"
            change = mean - found["control"][0]
            assert abs(change - changes[condition]) < LOG2_TOLERANCE, f"{target} in {condition}: {change}"
        assert_damage_and_rescue(tests, target, damage=-1)
    flags = connection.execute(
        "SELECT DISTINCT flag FROM core.blot_bands WHERE study_id = ? AND flag IS NOT NULL", [study]
    ).fetchall()
    assert flags == [], "no band is saturated, unreadable or below its background"


def assert_rescue_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """How far USC and exosomes bring every protein back, on the log2 scale of the blots; in words as well."""
    planted = truth["western"]["log2_change_against_control"]
    rows = connection.execute(
        """
        SELECT target, treatment, rescue_percent, ci_low_percent, ci_high_percent, sentence FROM mart.rescue
        WHERE study_id = ? AND comparison_id = 'western_all' AND na_reason IS NULL
        """,
        [truth["study_id"]],
    ).fetchall()
    assert {row[:2] for row in rows} == {(t, c) for t, found in planted.items() for c in found if c not in REFERENCES}
    for target, treatment, percent, low, high, sentence in rows:
        expected = 100 * (1 - planted[target][treatment] / planted[target]["il1b"])
        assert abs(percent - expected) < RESCUE_TOLERANCE, f"{target}, {treatment}: {percent:.0f}, not {expected:.0f} %"
        assert low < percent < high, f"{target}, {treatment}"
        assert ("restores" in sentence) is (low > 0), sentence


def assert_time_course_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Viability differs between conditions and the curves part over time, donors followed throughout."""
    rows = connection.execute(
        """
        SELECT effect, method, n, pvalue, epsilon_gg > 0 FROM result.time_course_tests
        WHERE study_id = ? AND comparison_id = 'viability_all' AND role = 'primary' AND effect <> 'time'
        """,
        [truth["study_id"]],
    ).fetchall()
    assert {row[0] for row in rows} == {"condition", "condition:time"}
    for effect, method, n, pvalue, has_epsilon in rows:
        assert (method, n, has_epsilon) == ("two_way_repeated", 3, True), effect
        assert pvalue < 0.001, effect


def assert_exosome_markers_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """CD9, CD63 and TSG101 of the preparations against their cells, on one membrane and under the materials' names."""
    planted = truth["western"]["exosome_markers"]
    rows = connection.execute(
        """
        SELECT
            b.target,
            avg(log2(b.signal)) FILTER (m.kind = 'exosome') - avg(log2(b.signal)) FILTER (m.kind = 'usc_culture'),
            count(DISTINCT material_id),
            count(b.sample_id)
        FROM core.blot_bands AS b JOIN core.materials AS m USING (study_id, material_id)
        WHERE study_id = ? AND membrane = ? GROUP BY b.target
        """,
        [truth["study_id"], planted["membrane"]],
    ).fetchall()
    assert {row[0] for row in rows} == planted["log2_exosome_over_cell"].keys()
    for target, change, material_count, sample_count in rows:
        assert (material_count, sample_count) == (6, 0), target
        expected = planted["log2_exosome_over_cell"][target]
        assert abs(change - expected) < LOG2_TOLERANCE, f"{target}: {change}"


def assert_particles_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Sizes and undiluted concentration of every preparation; none of it in a group test."""
    study, planted = truth["study_id"], truth["particles"]
    rows = connection.execute(
        """
        SELECT material_id, is_pooled, count(*), avg(mode_nm), avg(mean_nm), avg(d50_nm),
            avg(total_concentration_per_ml), any_value(dilution), count(sample_id), count(flag)
        FROM core.particle_summaries WHERE study_id = ? GROUP BY material_id, is_pooled
        """,
        [study],
    ).fetchall()
    assert {row[:2] for row in rows} == {(m, p) for m in planted["preparations"] for p in (True, False)}
    for material, is_pooled, count, mode, mean, median, concentration, dilution, sample_count, flag_count in rows:
        assert (count, sample_count, flag_count) == (1 if is_pooled else planted["captures"], 0, 0), material
        expected = planted["preparations"][material]
        assert dilution == expected["dilution"], material
        assert abs(mode / expected["mode_nm"] - 1) < 2 * SIZE_TOLERANCE, f"{material}: mode {mode}"
        assert abs(mean / expected["mean_nm"] - 1) < SIZE_TOLERANCE, f"{material}: mean {mean}"
        assert abs(median / expected["d50_nm"] - 1) < SIZE_TOLERANCE, f"{material}: median {median}"
        amount = concentration / expected["concentration_per_ml"]
        assert abs(amount - 1) < AMOUNT_TOLERANCE, f"{material}: {amount:.2f} times the concentration"
    tested = connection.execute(
        "SELECT count(*) FROM result.measurements WHERE study_id = ? AND assay = 'particle_size'", [study]
    ).fetchall()
    assert tested == [(0,)]


def assert_rna_quality_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Integrity, purity and amount of every sequenced culture; degraded and salty RNA flagged, none left out."""
    planted = truth["rna_quality"]
    rows = connection.execute(
        """
        SELECT sample_id, instruments, min_rin, min_ratio_260_280, min_ratio_260_230, mean_concentration_ng_per_ul,
            flags
        FROM mart.nucleic_acids WHERE study_id = ?
        """,
        [truth["study_id"]],
    ).fetchall()
    assert {row[0] for row in rows} == planted["samples"].keys()
    for sample, instruments, rin, purity, salt, concentration, _ in rows:
        expected = planted["samples"][sample]
        assert instruments == "NanoDrop;Qubit;TapeStation", sample
        for name, value in (("rin", rin), ("ratio_260_280", purity), ("ratio_260_230", salt)):
            assert abs(value - expected[name]) <= 0.051, f"{sample}: {name} {value}"
        amount = concentration / expected["concentration_ng_per_ul"]
        assert abs(amount - 1) < AMOUNT_TOLERANCE, f"{sample}: {amount:.2f} times the amount"
    flagged = sorted((sample, flags) for sample, *_, flags in rows if flags)
    assert flagged == sorted((f["sample"], f["flag"]) for f in planted["flagged"])


def assert_pictures_catalogued(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Every picture is in the catalogue under its culture, material or membrane."""
    rows = connection.execute(
        """
        SELECT file_name, coalesce(sample_id, material_id), membrane, octet_length(thumbnail) > 0
        FROM core.images JOIN core.raw_objects USING (study_id, object_id) WHERE study_id = ? ORDER BY file_name
        """,
        [truth["study_id"]],
    ).fetchall()
    expected = sorted((p["file"], p["sample"], p["membrane"], True) for p in truth["pictures"])
    assert rows == expected


def assert_assays_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Everything above."""
    assert_senescence_recovered(connection, truth)
    assert_western_recovered(connection, truth)
    assert_rescue_recovered(connection, truth)
    assert_time_course_recovered(connection, truth)
    assert_exosome_markers_recovered(connection, truth)
    assert_particles_recovered(connection, truth)
    assert_rna_quality_recovered(connection, truth)
    assert_pictures_catalogued(connection, truth)
