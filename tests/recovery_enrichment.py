"""Whether the enrichment of a finished run finds the planted sets, and no more of the others than chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from scipy import stats

Truth = Mapping[str, Any]
NOMINAL = 0.05
DIFFERENTIAL = ("all", "up")  # lists that hold the raised genes of a planted set


def assert_enrichment_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Each planted set is first in its contrast's raised genes; null sets have nominal P-values as chance has."""
    planted, null = truth["enrichment"]["planted"], set(truth["enrichment"]["null"])
    rows = connection.execute(
        """
        SELECT contrast_id, gene_list, term_id, pvalue, padj FROM result.enrichment
        WHERE study_id = ? AND collection = ? AND method = 'ora'
        ORDER BY contrast_id, gene_list, pvalue, term_id
        """,
        [truth["study_id"], truth["enrichment"]["collection"]],
    ).fetchall()
    for contrast, term in planted.items():
        for gene_list in DIFFERENTIAL:
            ranked = [(found, padj) for of, within, found, _, padj in rows if (of, within) == (contrast, gene_list)]
            assert ranked, f"{contrast}, {gene_list}: nothing enriched"
            place, padj = next(((n, p) for n, (found, p) in enumerate(ranked, 1) if found == term), (None, None))
            assert padj is not None, f"{contrast}, {gene_list}: {term} is missing"
            assert padj < NOMINAL, f"{contrast}, {gene_list}: {term} has padj {padj}"
            assert gene_list != "up" or place == 1, f"{contrast}: {term} is number {place} of the raised genes"
    _assert_ends_found(connection, truth)
    families = {(of, within) for of, within, *_ in rows}
    most = stats.binom.ppf(1 - 0.001 / len(families), len(null), NOMINAL)
    for family in sorted(families, key=str):
        tested = [(pvalue, padj) for of, within, term, pvalue, padj in rows if (of, within) == family and term in null]
        nominal = sum(pvalue < NOMINAL for pvalue, _ in tested)
        assert nominal <= most, f"{family}: {nominal} of {len(null)} null sets with P < {NOMINAL}"
        false = sum(padj < NOMINAL for _, padj in tested)
        assert false <= 1, f"{family}: {false} null sets called"


def _assert_ends_found(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Preranked GSEA finds each planted set at the upper end of its contrast's ranking."""
    for contrast, term in truth["enrichment"]["planted"].items():
        found = connection.execute(
            """
            SELECT nes, padj FROM result.enrichment
            WHERE study_id = ? AND contrast_id = ? AND term_id = ? AND method = 'gsea'
            """,
            [truth["study_id"], contrast, term],
        ).fetchall()
        assert len(found) == 1, f"{contrast}: {len(found)} rows of preranked GSEA for {term}"
        nes, padj = found[0]
        assert nes > 1, f"{contrast}: {term} has NES {nes}"
        assert padj < NOMINAL, f"{contrast}: {term} has padj {padj} in preranked GSEA"
