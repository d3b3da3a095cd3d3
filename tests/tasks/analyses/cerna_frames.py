"""A small study with targets, as the frames and slices that the ceRNA analyses read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Cerna, Expression
from tasks.methods.cerna_expression import EXPRESSION
from tasks.methods.cerna_inputs import ALIASES, FEATURES, MIRNAS, READS, TARGETS, TESTS

CONTRAST = "usc"
LIBRARY = {"circrna": "circrna", "mirna": "mirna"}
Changes = Mapping[str, tuple[str, float, float]]  # feature id: class, log2 fold change, p-value
DESCRIBED = {"feature_id": pl.String, "symbol": pl.String}


def study(samples: int = 6, primary: str = "deseq2", **cerna: Any) -> Study:  # noqa: ANN401  # any key of the section
    rows = [SampleRow(sample=f"s{i}", condition="ab"[i % 2], donor=f"d{i // 2}") for i in range(samples)]
    contrast = ContrastRow(id=CONTRAST, reference="a", target="b", blocking=["donor"])
    config = StudyYaml(
        study_id="s",
        conditions=[Condition(id="a"), Condition(id="b")],
        cerna=Cerna.model_validate({"targets": ["t.tsv"]} | cerna),
        expression=Expression(primary=primary),
    )
    return Study(config=config, samples=tuple(rows), contrasts=(contrast,))


def frames(
    changes: Changes, targets: Sequence[tuple[str, str, str]], samples: int = 6, method: str = "deseq2"
) -> dict[str, pl.DataFrame]:
    """``targets``: miRNA, target, tier. Expression is noise with the donors' and the treatment's changes in it."""
    rng = np.random.default_rng(1)
    tests, values, features = [], [], []
    for feature, (kind, change, pvalue) in changes.items():
        library = LIBRARY.get(kind, "gene")
        run = {"run_id": f"run of {library}", "library": library, "method": method}
        is_called = pvalue < 0.05 and abs(change) > 1
        tests.append(
            {"contrast_id": CONTRAST, **run, "feature_id": feature, "symbol": feature.upper(), "rna_class": kind}
            | {"pvalue": pvalue, "log2_fold_change": change}
            | {"direction": ("up" if change > 0 else "down") if is_called else "ns"}
        )
        features.append({"library": library, "feature_id": feature, "symbol": None, "rna_class": kind})
        for i in range(samples):
            value = 8 + i // 2 + change * (i % 2) + rng.normal()
            values.append(
                {**run, "fit": "~ donor + condition", "sample_id": f"s{i}", "feature_id": feature, "value": value}
            )
    pairs = [
        {
            "mirna": m,
            "target_id": t,
            "target_symbol": None,
            "source": "own",
            "evidence": None,
            "tier": tier,
            "is_excluded": False,
        }
        for m, t, tier in targets
    ]
    text = dict.fromkeys(("mirna", "target_id", "target_symbol", "source", "evidence", "tier"), pl.String)
    return {
        TESTS: pl.DataFrame(tests, infer_schema_length=None),
        EXPRESSION: pl.DataFrame(values, infer_schema_length=None),
        FEATURES: pl.DataFrame(features, schema_overrides=dict.fromkeys(("symbol", "feature_id"), pl.String)),
        TARGETS: pl.DataFrame(pairs, schema=text | {"is_excluded": pl.Boolean}),
        MIRNAS: pl.DataFrame(schema={"accession": pl.String, "name": pl.String, "sequence": pl.String}),
        ALIASES: pl.DataFrame(schema={"alias": pl.String, "symbol": pl.String}),
    }


def slices(read: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    columns = {TESTS: (*READS[TESTS], "run_id"), EXPRESSION: ("library", "method", "fit", "sample_id", "run_id")}
    return {name: frame.select(columns[name]).unique() if name in columns else frame for name, frame in read.items()}


AXES: Changes = {
    "circ1": ("circrna", 2.0, 1e-6),
    "lnc1": ("lncrna", 2.0, 1e-5),
    "lnc2": ("lncrna", 0.1, 0.8),
    "hsa-miR-21-5p": ("mirna", -2.0, 1e-4),
    "hsa-let-7a-5p": ("mirna", 0.1, 0.7),
    "ENSG1": ("mrna", 2.0, 1e-7),
    "ENSG2": ("mrna", -2.0, 1e-7),
    "ENSG3": ("mrna", 0.2, 0.6),
}
TABLE_ROWS = [
    (m, t, "predicted" if t in ("circ1", "ENSG3") else "validated")
    for t in ("circ1", "lnc1", "lnc2", "ENSG1", "ENSG2", "ENSG3")
    for m in ("hsa-miR-21-5p", "hsa-let-7a-5p")
    if (t, m) != ("ENSG2", "hsa-let-7a-5p")
]
