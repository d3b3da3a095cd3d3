from __future__ import annotations

import pytest

from tasks.methods.evidence_tiers import tier_of


@pytest.mark.parametrize(
    ("source", "evidence", "tier"),
    [
        ("miRTarBase", "Functional MTI: Luciferase reporter assay//Western blot", "validated"),
        ("miRTarBase", "Functional MTI (Weak): HITS-CLIP", "high_throughput"),
        ("miRTarBase", "Functional MTI (Weak): qRT-PCR", "high_throughput"),
        ("miRTarBase", "qRT-PCR", "validated"),
        ("miRTarBase", None, "high_throughput"),
        ("starBase_v2", "CLIP", "high_throughput"),
        ("ENCORI", "degradome", "high_throughput"),
        ("tarbase", "positive", "high_throughput"),
        ("TargetScan 8", "8mer", "predicted"),
        ("targetscan_conserved.tsv.gz", None, "predicted"),
        ("miRcode", None, "predicted"),
        ("own list", "predicted by RNAhybrid", "predicted"),
        ("own list", "luciferase", "validated"),
        ("own list", "immunoblot", "validated"),
        ("starBase", "HITS-CLIP immunoprecipitation", "high_throughput"),
        ("starBase", "RIP-chip immunoprecipitation", "high_throughput"),
        ("own list", "not validated", "unstated"),
        ("own list", "predicted; not supported by strong evidence", "predicted"),
        ("own list", None, "unstated"),
        ("own list", "HITS-CLIP immunoprecipitation", "high_throughput"),
        ("own list", "RIP-chip immunoprecipitation", "high_throughput"),
        ("own list", "Immunohistochemistry", "validated"),
        ("own list", "unvalidated", "unstated"),
        ("own list", "not by western blot; luciferase", "validated"),
    ],
)
def test_words_of_databases_have_their_tier(source: str, evidence: str | None, tier: str) -> None:
    assert tier_of(source, evidence) == tier
