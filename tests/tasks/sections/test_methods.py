from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from schemas.transcriptome_options import Enrichment, GeneSetFile
from tasks.methods.method_citations import PAPERS
from tasks.sections.methods import numbered
from tests.report_study import CONFIG, chapters, frames, table, words

AT = datetime(2026, 1, 2, tzinfo=UTC)
RUNS = {
    "viability": {"reference": "control", "scope": "plate", "wavelength_nm": 450.0},
    "qpcr_fold_changes": {"calibrator": "control", "method": "ddcq", "references": ["GAPDH", "ACTB"]},
    "qpcr_reference_stability": {},
    "protein": {},
    "percent_positive": {},
    "apoptosis": {},
    "group_tests": {},
    "differential_expression": {"fit": "~ donor + condition", "library": "gene"},
    "cerna_pairs": {},
    "cerna_triplets": {},
    "enrichment": {},
}
SAYS = {
    "viability": "450 nm",
    "qpcr_fold_changes": "2^-ΔΔCq [",
    "qpcr_reference_stability": "geNorm",
    "protein": "loading control",
    "percent_positive": "Stained cells",
    "apoptosis": "annexin V",
    "differential_expression": "DESeq2 [",
    "cerna_pairs": "hypergeometric test [",
    "cerna_triplets": "MCC [",
    "enrichment": "GO_BP",
}


def said(*analyses: str, status: str = "done") -> str:
    runs = [
        {"attempt_id": a, "analysis": a, "part": "p", "status": status, "finished_at": AT}
        | {"parameters": json.dumps(RUNS[a]), "versions": '{"scipy": "1.17.1"}'}
        for a in analyses
    ]
    tests = table("result.differential_expression", [{"method": "deseq2"}, {"method": "limma_voom"}])
    sets = Enrichment(gene_sets={"GO_BP": GeneSetFile(file="go.gmt")}, methods=["ora", "ease"])
    given = frames(ops__analysis_runs=table("ops.analysis_runs", runs), result__differential_expression=tests)
    return words(chapters(given, CONFIG.model_copy(update={"enrichment": sets}))["methods"])


@pytest.mark.parametrize("analysis", SAYS)
def test_only_what_was_run_is_told(analysis: str) -> None:
    assert SAYS[analysis] in said(analysis)
    assert SAYS[analysis] not in said(*(a for a in RUNS if a != analysis))
    assert SAYS[analysis] not in said(analysis, status="failed")


def test_every_citation_has_its_paper_and_every_paper_is_cited() -> None:
    text = said(*RUNS)
    body, _, papers = text.partition("References\n")
    assert "[@" not in text
    numbers = [int(n) for n in re.findall(r"\[(\d+)\]", body)]
    listed = [int(n) for n in re.findall(r"^\[(\d+)\]", papers, re.MULTILINE)]
    assert listed == sorted(set(numbers)) == list(range(1, len(listed) + 1))
    first = list(dict.fromkeys(numbers))
    assert first == sorted(first)  # in the order of their first citation


def test_the_tests_and_corrections_are_those_of_the_rows() -> None:
    text = said("group_tests")
    assert "randomised-block ANOVA (Viability, qPCR)" in text
    assert "corrected by Bonferroni" in text
    assert "scipy 1.17.1 [" in text


def test_a_paper_keeps_its_number() -> None:
    cited: list[str] = []
    assert numbered("a [@bh] b [@ddcq] c [@bh]", cited) == "a [1] b [2] c [1]"
    assert cited == ["bh", "ddcq"]


def test_papers_have_a_doi_each() -> None:
    assert len({p.doi for p in PAPERS.values()}) == len(PAPERS)
    assert all(re.fullmatch(r"10\.\d{4,5}/\S+", p.doi) for p in PAPERS.values())
