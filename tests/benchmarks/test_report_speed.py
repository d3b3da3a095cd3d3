"""The report of a large study: four classes of RNA, three contrasts, every assay, ninety figures of print size.

The peer is matplotlib drawing these figures; both CPU times are of one run. Size and time are the promise to
readers: a page that can be mailed, ready within a minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from tasks.contracts import Drawing
from tasks.engine.report import Contents, html
from tasks.methods.figure_files import Rendered, rendered
from tasks.methods.figure_style import DOUBLE_MM, house_style, panel
from tests.report_study import CONFIG, LEVELS, figures, frames, measurements, of_group_tests, table

pytestmark = pytest.mark.bench
LARGEST_BYTES, LONGEST_S = 15_000_000, 60
CLASSES = {
    "mrna": ("gene", 20_000),
    "lncrna": ("gene", 40_000),
    "mirna": ("mirna", 2_500),
    "circrna": ("circrna", 20_000),
}
CONTRASTS = ("usc_vs_il1b", "exo_vs_il1b", "exo_vs_usc")
KINDS = {
    "result.differential_expression": ("volcano", "ma"),
    "result.cerna_nodes": ("network",),
    "result.measurements": ("bars",),
    "result.plate_quality": ("plate", "heatmap"),
    "result.enrichment": ("bubbles",),
}


def expression() -> pl.DataFrame:
    random = np.random.default_rng(1)
    found = []
    for contrast in CONTRASTS:
        for rna_class, (library, count) in CLASSES.items():
            for method in ("deseq2", "limma_voom"):
                names = pl.Series([f"{rna_class}{i}" for i in range(count)])
                columns = {
                    "feature_id": names,
                    "symbol": names,
                    "base_mean": random.gamma(1, 100, count),
                    "log2_fold_change": random.normal(0, 1, count),
                    "padj": random.uniform(0, 1, count),
                    "pvalue": random.uniform(0, 1, count),
                    "direction": random.choice(["up", "down", "ns"], count, p=[0.05, 0.05, 0.9]),
                }
                about = {"contrast_id": contrast, "library": library, "rna_class": rna_class, "method": method}
                found.append(pl.DataFrame(columns).with_columns(pl.lit(v).alias(k) for k, v in about.items()))
    rest = ("shrunken_log2_fold_change", "lfc_se")
    return pl.concat(found).with_columns(pl.lit(None, pl.Float64).alias(name) for name in rest)


def bench_rows() -> pl.DataFrame:
    """Every assay, eight targets, four times."""
    one = measurements(0.5, times=(0.0, 24.0, 48.0, 72.0))
    assays = ("cell_viability", "qpcr", "western_blot", "senescence", "flow_cytometry", "particle_size")
    return pl.concat(
        one.filter(assay="cell_viability").with_columns(assay=pl.lit(a), target=pl.lit(f"T{i}"))
        for a in assays
        for i in range(8)
    )


def wells() -> pl.DataFrame:
    """Forty plates of 96 wells."""
    names = [f"{donor}_{c}" for donor in ("NP1", "NP2", "NP3") for c in LEVELS]
    rows = [
        {"object_id": f"{plate:064d}", "plate": f"P{plate}", "assay": "cell_viability", "time_h": 24.0 * (plate % 4)}
        | {"well": f"{'ABCDEFGH'[well // 12]}{well % 12 + 1:02d}", "sample_id": names[well % 9], "role": "sample"}
        | {"value": 1.0, "unit": "OD"}
        for plate in range(40)
        for well in range(96)
    ]
    return table("core.plate_wells", rows)


def scatter() -> Rendered:
    """A figure as large as they come: 20,000 dots over two columns, at print size."""
    random = np.random.default_rng(2)
    with house_style():
        figure, axes = panel(DOUBLE_MM, 110)
        colours = random.choice(["#D55E00", "#0072B2", "#C8C8C8"], 20_000, p=[0.05, 0.05, 0.9])
        axes.scatter(*random.normal(size=(2, 20_000)), s=5, c=colours, linewidths=0, rasterized=True)
        return rendered(Drawing(figure, pl.DataFrame({"x": range(20_000)}), "Dots", "Many.", "Many dots."))


def draw(folder: Path) -> tuple[pl.DataFrame, dict[str, Path]]:
    """Ninety figures, of all sections."""
    made, rows, files = scatter(), [], {}
    for index in range(90):
        reads, kinds = list(KINDS.items())[index % len(KINDS)]
        stem = f"{kinds[0]}-{index}"
        for suffix, data in made.files.items():
            (folder / f"{stem}{suffix}").write_bytes(data)
        rows.append({"figure": kinds[0], "stem": stem, "part": stem, "run_id": stem, "width_mm": 174.0})
        rows[-1] |= {"reads": (reads,), "height_mm": 110.0}
        files[stem] = folder / stem
    given = {row["stem"]: {"contrast": CONTRASTS[i % 3], "assay": "qpcr"} for i, row in enumerate(rows)}
    return figures(*rows, parameters=given), files


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def test_a_large_study_is_a_page_to_mail_within_a_minute(tmp_path: Path) -> None:
    drawn, files = draw(tmp_path)
    rows = bench_rows()
    contrasts = [{"contrast_id": c, "reference": "il1b", "target": "exo"} for c in CONTRASTS]
    triplets = [
        {"contrast_id": c, "cerna_id": f"l{i}", "mirna_id": f"m{i}", "mrna_id": f"g{i}", "is_consistent": True}
        for c in CONTRASTS
        for i in range(3_000)
    ]
    terms = [
        {"contrast_id": c, "gene_list": f"list{n}", "collection": f"GO{n}", "method": "ora", "term_id": f"{i}"}
        | {"term": "a term", "pvalue": 0.01, "padj": 0.02, "genes": "A;B;C;D;E;F"}
        for c in CONTRASTS
        for n in range(6)
        for i in range(2_000)
    ]
    given = (
        frames()
        | of_group_tests(rows)
        | {
            "result.measurements": rows,
            "result.differential_expression": expression(),
            "core.contrasts": table("core.contrasts", contrasts),
            "result.cerna_triplets": table("result.cerna_triplets", triplets),
            "result.enrichment": table("result.enrichment", terms),
            "core.plate_wells": wells(),
            "result.figures": drawn,
        }
    )
    study = CONFIG.model_copy(update={"conditions": [*CONFIG.conditions, Condition(id="usc")]})
    ours, page = _seconds(lambda: html(Contents(study, given, files), datetime(2026, 1, 2, tzinfo=UTC)))
    peer = _seconds(scatter)[0] * drawn.height
    size = len(page.encode())
    print(f"\nreport {ours:.1f} s CPU, {size / 1e6:.1f} MB; drawing its figures {peer:.0f} s")  # noqa: T201  # the measurement
    assert size < LARGEST_BYTES
    assert ours < LONGEST_S
    assert ours < peer
