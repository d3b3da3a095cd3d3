"""Designs as a study asks for them: fitted, or skipped with the reason in the words of its sheets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tasks.engine.outcomes import PartOutcome
from tasks.engine.publish import published
from tests.e2e.small_study import Bench

STUDY = """\
study_id: designs
conditions: [{id: il1b}, {id: usc}, {id: exo}]
expression: {methods: [deseq2, limma_voom]}
"""
GROUPS = (("il1b", "b1"), ("usc", "b1"), ("exo", "b2"))
SAMPLES = [f"S{3 * i + d},{c},D{d},{b}" for i, (c, b) in enumerate(GROUPS) for d in (1, 2, 3)]
COLUMNS = "id,variable,reference,target,blocking,test,interaction,random"


def write(folder: Path, contrasts: list[str], samples: list[str] = SAMPLES, *, silent: str = "") -> Bench:
    """A study of 80 genes in nine samples."""
    random = np.random.default_rng(5)
    names = [f"S{i}" for i in range(1, 10)]
    scale = np.array([0 if name == silent else 1 for name in names])
    counts = random.negative_binomial(8, 8 / (8 + np.tile(random.gamma(2, 90, (80, 1)), 9))) * scale
    lines = [f"ENSG{g:011d},{','.join(map(str, row))}" for g, row in enumerate(counts.tolist())]
    sheets = {
        "study.yaml": STUDY,
        "samples.csv": "\n".join(["sample,condition,donor,batch", *samples]) + "\n",
        "contrasts.csv": "\n".join([COLUMNS, *contrasts]) + "\n",
        "files.csv": "file,assay\nlanding/counts.csv,expression_counts\n",
        "landing/counts.csv": "\n".join(["gene_id," + ",".join(names), *lines]) + "\n",
    }
    for name, text in sheets.items():
        (folder / "study" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "study" / name).write_text(text)
    return Bench(folder / "study", folder / "home")


def fits(bench: Bench) -> list[PartOutcome]:
    """What became of differential expression in a night."""
    return [p for p in bench.night().parts if p.analysis == "differential_expression"]


def test_what_can_be_fitted_is_and_the_rest_says_which_columns_levels_and_samples(tmp_path: Path) -> None:
    bench = write(
        tmp_path,
        [
            "usc,condition,il1b,usc,donor,,,",
            "any,condition,il1b,exo,donor,lrt,,",
            "alike,condition,il1b,usc,,,,donor",
            "aliased,condition,il1b,exo,batch,,,",
        ],
    )
    parts = fits(bench)
    reasons = {str(p.reason) for p in parts if p.status == "skipped"}
    assert {p.status for p in parts} == {"done", "skipped"}
    assert len(reasons) == 2
    assert any("contrast alike: deseq2 has no random effects" in r for r in reasons)
    aliased = next(r for r in reasons if "alike" not in r)
    assert "no batch has both il1b and exo (il1b occurs only with batch b1: S1, S2, S3; exo occurs only with" in aliased
    sql = "SELECT DISTINCT contrast_id, method FROM result.differential_expression ORDER BY ALL"
    assert bench.rows(sql) == [
        ("alike", "limma_voom"),
        ("any", "deseq2"),
        ("any", "limma_voom"),
        ("usc", "deseq2"),
        ("usc", "limma_voom"),
    ]
    told = "\n".join(published("designs", bench.warehouse).warnings)
    assert aliased.removeprefix("contrast aliased: ") in told
    assert "condition goes along with batch: il1b has only batch b1, exo has only batch b2" in told
    asked = bench.rows(
        "SELECT contrast_id, test, random FROM core.contrasts WHERE contrast_id IN ('any', 'alike') ORDER BY 1"
    )
    assert asked == [("alike", "wald", "donor"), ("any", "lrt", None)]


@pytest.mark.parametrize(
    ("samples", "silent", "words"),
    [
        (SAMPLES[:4] + SAMPLES[6:], "", "condition 'usc' has one sample (S4); two are needed"),
        (SAMPLES, "S4", "S4 has no reads in any feature, so it cannot be normalised"),
    ],
)
def test_every_method_gives_the_same_reason_for_what_cannot_be_fitted(
    tmp_path: Path, samples: list[str], silent: str, words: str
) -> None:
    parts = fits(write(tmp_path, ["x,condition,il1b,usc,donor,,,"], samples, silent=silent))
    assert len(parts) == 2
    assert all(p.status == "skipped" and words in str(p.reason) for p in parts)
