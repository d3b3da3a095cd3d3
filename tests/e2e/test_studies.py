"""Whole studies of real counts: what a night makes of each."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.small_study import Bench
from tests.night import night


def test_tcga_chol_is_loaded_whole_and_warned_to_be_partially_paired(shared: Path, tmp_path: Path) -> None:
    bench = Bench(shared / "studies" / "tcga_chol", tmp_path / "home")
    summary = bench.night()
    assert {f.status for f in summary.files} == {"loaded"}
    assert not summary.failed
    counts = """
        SELECT library, count(DISTINCT feature_id), count(DISTINCT sample_id), count(*), count(sample_id)
        FROM core.feature_counts GROUP BY library ORDER BY library
    """
    assert bench.rows(counts) == [("gene", 1000, 45, 45_000, 45_000), ("mirna", 2588, 45, 116_460, 116_460)]
    tables = "SELECT (SELECT count(*) FROM core.mirna_targets), (SELECT count(*) FROM core.gene_sets)"
    assert bench.rows(tables) == [(105_907, 1_461_407)]
    mapped = (
        "SELECT side, rule, count(DISTINCT name) FROM result.target_mappings GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST"
    )
    assert bench.rows(mapped) == [
        ("mirna", "exact", 277),
        ("target", "exact", 284),
        ("target", "symbol", 1),
        ("target", None, 7657),
    ]
    warned = "SELECT severity, message FROM ops.validation_results WHERE rule = 'partially_paired'"
    ((severity, message),) = bench.rows(warned)
    assert severity == "warning"
    assert "partially paired: 9 of 36 donors occur in both normal and tumor" in str(message)
    tested = "SELECT method, library, count(*) FROM result.differential_expression GROUP BY 1, 2 ORDER BY 1, 2"
    libraries = (("gene", 1000), ("mirna", 2588))
    assert bench.rows(tested) == [(method, *rows) for method in ("deseq2", "limma_voom") for rows in libraries]


def test_airway_is_loaded_whole_and_fitted_with_donors_as_blocks(airway_night: Path) -> None:
    bench = Bench(airway_night, airway_night)
    counts = "SELECT count(DISTINCT feature_id), count(DISTINCT sample_id), count(*) FROM core.feature_counts"
    assert bench.rows(counts) == [(64_102, 8, 8 * 64_102)]
    fit = "SELECT DISTINCT contrast_id, fit FROM result.sample_size_factors, core.contrasts"
    assert bench.rows(fit) == [("dex", "~ donor + condition")]
    runs = "SELECT part, status FROM ops.analysis_runs WHERE analysis = 'differential_expression' ORDER BY part"
    methods = ("deseq2", "limma_voom")
    assert bench.rows(runs) == [(f"gene, {method}, ~ donor + condition", "done") for method in methods]
    assert night(Path(str(bench.rows("SELECT path FROM core.studies")[0][0])), airway_night).is_unchanged
