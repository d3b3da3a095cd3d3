"""Whether the ceRNA network of a finished run shows the axes that were planted in the simulated target table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
from scipy import stats

from schemas.transcriptome_options import Cerna

Truth = Mapping[str, Any]
FALSE_SHARE = 0.05  # of significant triplets, in the long run (cerna.fdr)
MINIMAL_RECALL = 0.8  # of planted triplets whose lncRNA, miRNA and mRNA have fifty reads or more
CLEAR_MEAN = 50.0
HUBS = int(Cerna.model_fields["hubs"].default)


def assert_cerna_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Planted triplets of called RNAs are consistent and validated; most clear ones are there; few called are false."""
    study = truth["study_id"]
    for contrast, axes in truth["cerna"]["axes"].items():
        rows = connection.execute(
            """
            SELECT cerna_id, mirna_id, mrna_id, tier, is_consistent, is_significant FROM result.cerna_triplets
            WHERE study_id = ? AND contrast_id = ?
            """,
            [study, contrast],
        ).fetchall()
        found = {row[:3]: row[3:] for row in rows}
        tests = connection.execute(
            """
            SELECT feature_id, base_mean, direction FROM result.differential_expression
            WHERE study_id = ? AND contrast_id = ? AND method = 'deseq2'
            """,
            [study, contrast],
        ).fetchall()
        called = {feature for feature, _, direction in tests if direction != "ns"}
        clear = {feature for feature, mean, _ in tests if mean is not None and mean >= CLEAR_MEAN}
        planted = {tuple(axis) for axis in axes}
        for ids in planted:
            if called.issuperset(ids):
                assert found.get(ids, (None, None))[:2] == ("validated", True), f"{contrast}: {ids}"
        seen = {ids for ids in planted if clear.issuperset(ids)}
        consistent = {ids for ids, (_, is_consistent, _) in found.items() if is_consistent}
        assert seen, f"{contrast}: no planted triplet has clear counts"
        assert len(seen & consistent) >= MINIMAL_RECALL * len(seen), f"{contrast}: recall"
        libraries = truth["expression"]["libraries"].values()
        change = {f: c for library in libraries for f, c in library["log2_fold_change"][contrast].items()}
        significant = {ids for ids, (_, _, is_significant) in found.items() if is_significant}
        false = {ids for ids in significant if not _fits(*(change.get(i, 0.0) for i in ids))}
        assert significant, f"{contrast}: no significant triplet"
        most = stats.binom.ppf(0.999, len(significant), FALSE_SHARE)
        assert len(false) <= most, f"{contrast}: {len(false)} false triplets"
        _assert_hubs(connection, study, contrast)


def _fits(cerna: float, mirna: float, mrna: float) -> bool:
    return cerna * mrna > 0 and cerna * mirna < 0


def _assert_hubs(connection: duckdb.DuckDBPyConnection, study: str, contrast: str) -> None:
    """Hubs are RNAs of consistent triplets, those with the most partners of their class."""
    rows = connection.execute(
        """
        SELECT rna_class, degree, is_hub FROM result.cerna_nodes
        WHERE study_id = ? AND contrast_id = ? ORDER BY rna_class, degree DESC, hub_rank
        """,
        [study, contrast],
    ).fetchall()
    assert {"lncrna", "mirna", "mrna"} <= {kind for kind, *_ in rows}, contrast
    for kind in {kind for kind, *_ in rows}:
        hubs = [is_hub for other, _, is_hub in rows if other == kind]
        assert hubs == [place < HUBS for place in range(len(hubs))], f"{contrast}: hubs of {kind}"
