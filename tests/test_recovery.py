"""The recovery checks themselves: they pass on the truth and fail on a planted error."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.memory_warehouse import insert_row, memory_warehouse
from tests.recovery import assert_truth_recovered
from tests.truth_rows import (
    STUDY,
    TRUTH,
    insert_assays,
    insert_bench,
    insert_cerna,
    insert_enrichment,
    insert_expression,
)


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with memory_warehouse() as con:
        insert_row(con, "core.studies", study_id=STUDY, is_simulated=True, manifest="{}")
        insert_row(con, "ops.publications", study_id=STUDY, is_complete=True)
        missed = TRUTH["viability"]["flagged_wells"][0]
        raw = {"study_id": STUDY, "object_id": "o"}
        insert_row(con, "core.raw_objects", **raw, file_name=missed["file"], status="loaded")
        insert_row(con, "core.plate_wells", **raw, assay="cell_viability", well=missed["well"], flag=missed["flag"])
        insert_row(con, "core.raw_objects", study_id=STUDY, file_name=TRUTH["ignored"][0], status="ignored")
        insert_bench(con)
        insert_expression(con)
        insert_cerna(con)
        insert_enrichment(con)
        insert_assays(con)
        yield con


@pytest.fixture
def recovered(warehouse: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse.execute("BEGIN")
    yield warehouse
    warehouse.execute("ROLLBACK")


def test_the_truth_itself_is_recovered(recovered: duckdb.DuckDBPyConnection) -> None:
    assert_truth_recovered(recovered, TRUTH)


@pytest.mark.parametrize(
    "error",
    [
        "UPDATE core.raw_objects SET status = 'quarantined' WHERE status = 'ignored'",
        "DELETE FROM core.plate_wells",
        "UPDATE result.viability SET percent_viability = 100",
        "UPDATE result.pairwise_tests SET mean_difference = -mean_difference",
        "UPDATE result.pairwise_tests SET padj = 0.5 WHERE assay = 'qpcr'",
        "UPDATE result.qpcr_fold_changes SET fold_change = 1 / fold_change",
        "UPDATE result.sample_size_factors SET size_factor = 1",
        "UPDATE result.differential_expression SET log2_fold_change = -log2_fold_change",
        "UPDATE result.differential_expression SET direction = 'ns' WHERE library = 'mirna'",
        "UPDATE result.differential_expression SET direction = 'up', log2_fold_change = 3 WHERE direction = 'ns'",
        "UPDATE result.differential_expression SET symbol = NULL",
        "DELETE FROM result.cerna_triplets",
        "UPDATE result.cerna_triplets SET is_consistent = false",
        "UPDATE result.cerna_triplets SET tier = 'predicted'",
        "UPDATE result.cerna_triplets SET mirna_id = 'sim-miR-1-3p' WHERE cerna_id LIKE 'sim_circ%'",
        "UPDATE result.cerna_nodes SET is_hub = false",
        "UPDATE result.cerna_nodes SET degree = 1000 - degree",
        "DELETE FROM result.enrichment WHERE pvalue < 1e-6",
        "DELETE FROM result.enrichment WHERE contrast_id = 'exo_vs_usc'",
        "UPDATE result.enrichment SET padj = 0.5",
        "UPDATE result.enrichment SET nes = -nes",
        "DELETE FROM result.enrichment WHERE method = 'gsea'",
        "UPDATE result.enrichment SET pvalue = pvalue / 3",
        "UPDATE result.enrichment SET pvalue = pvalue / 1e12 WHERE term_id LIKE '%199'",
        "UPDATE result.enrichment SET padj = 0.01 WHERE pvalue < 0.02",
        "UPDATE result.percent_positive SET positive_count = positive_count + 1 WHERE sample_id = 'NP2_il1b'",
        "UPDATE result.percent_positive SET percent_positive = 100 - percent_positive",
        "UPDATE result.percent_positive SET stain = ''",
        "UPDATE result.pairwise_tests SET padj = 0.5 WHERE assay = 'senescence'",
        "UPDATE result.protein SET log2_ratio = -log2_ratio",
        "UPDATE result.protein SET loading = NULL",
        "DELETE FROM result.protein WHERE sample_id = 'NP3_control'",
        "UPDATE result.pairwise_tests SET mean_difference = -mean_difference WHERE assay = 'western_blot'",
        "UPDATE result.rescue SET rescue = 1 - rescue",
        "UPDATE result.rescue SET ci_low = -1, ci_high = 0, disease_effect = NULL",
        "DELETE FROM result.rescue WHERE treatment = 'il1b_exo'",
        "UPDATE result.time_course_tests SET method = 'mixed'",
        "UPDATE result.time_course_tests SET pvalue = 0.5 WHERE effect = 'condition:time'",
        "UPDATE core.blot_bands SET flag = 'saturated' WHERE target = 'CD9'",
        "UPDATE core.blot_bands SET signal = 1 / signal",
        "UPDATE core.blot_bands SET sample_id = 'NP1_control'",
        "UPDATE core.particle_summaries SET total_concentration_per_ml = total_concentration_per_ml / dilution",
        "UPDATE core.particle_summaries SET mode_nm = mode_nm + 20",
        "UPDATE core.particle_summaries SET material_id = NULL, sample_id = 'NP1_control'",
        "DELETE FROM core.particle_summaries WHERE is_pooled",
        "UPDATE core.nucleic_acid_qc SET rin = 9 WHERE rin < 7",
        "UPDATE core.nucleic_acid_qc SET flag = NULL",
        "UPDATE core.nucleic_acid_qc SET concentration_ng_per_ul = concentration_ng_per_ul / 200",
        "UPDATE core.nucleic_acid_qc SET sample_id = 'RNA_NP1_il1b' WHERE sample_id = 'RNA_NP2_il1b'",
        "DELETE FROM core.images WHERE membrane IS NOT NULL",
        "UPDATE core.images SET sample_id = NULL",
        "UPDATE core.flow_samples SET control = NULL WHERE control = 'isotype'",
        "UPDATE core.flow_samples SET event_count = event_count - 1 WHERE sample_id = 'NP2_il1b'",
        "UPDATE core.flow_samples SET spillover = replace(spillover, '0.11', '0.011')",
        "UPDATE core.flow_samples SET sample_id = 'NP1_control' WHERE sample_id = 'NP2_control'",
        "UPDATE result.apoptosis SET percent_early_apoptotic = percent_late_apoptotic WHERE sample_id = 'NP1_il1b'",
        "UPDATE result.apoptosis SET percent_apoptotic = percent_early_apoptotic",
        "UPDATE result.apoptosis SET annexin_method = 'data-driven: valley of the density'",
        "UPDATE result.apoptosis SET flag = 'control_missing' WHERE sample_id = 'NP3_il1b'",
        "UPDATE result.apoptosis SET singlet_count = 5000",
        "UPDATE result.pairwise_tests SET padj = 0.5 WHERE assay = 'flow_cytometry'",
        "UPDATE result.surface_markers SET percent_positive = 100 - percent_positive",
        "UPDATE result.surface_markers SET percent_positive = percent_positive + 3 WHERE marker = 'CD34'",
        "UPDATE result.surface_markers SET control = 'unstained'",
        "UPDATE result.surface_markers SET median_ratio = 1",
        "DELETE FROM result.surface_markers WHERE marker = 'SSEA-4'",
    ],
)
def test_a_planted_error_is_noticed(recovered: duckdb.DuckDBPyConnection, error: str) -> None:
    recovered.execute(error)
    with pytest.raises(AssertionError):
        assert_truth_recovered(recovered, TRUTH)
