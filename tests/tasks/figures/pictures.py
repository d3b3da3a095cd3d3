"""A small study, its simulated results, and what must hold of every picture."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from matplotlib.text import Annotation, Text
from PIL import Image

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.expression_pictures import COMPONENTS, DISTANCES, QUALITY
from tasks.methods.figure_files import rendered
from tasks.methods.figure_style import DOUBLE_MM, SINGLE_MM, TALLEST_MM, house_style
from tasks.methods.sample_space import distances, most_variable, principal_components

BLANK = 200  # of 255: no ink
CONDITIONS = ({"id": "control", "label": "Control"}, {"id": "il1b", "label": "IL-1β"}, {"id": "usc"})
CONTRASTS = ({"id": "a", "reference": "control", "target": "il1b"}, {"id": "b", "reference": "il1b", "target": "usc"})


def study(donors: int = 3, primary: str = "deseq2", contrasts: int = 2) -> Study:
    """Donors, each in three conditions; contrasts a and b."""
    samples = [
        {"sample": f"{c['id']}_{d}", "condition": c["id"], "donor": f"D{d}", "replicate": str(d)}
        for c in CONDITIONS
        for d in range(1, donors + 1)
    ]
    given = [{**c, "variable": "condition", "blocking": ("donor",)} for c in CONTRASTS[:contrasts]]
    config = {"study_id": "s", "conditions": CONDITIONS, "expression": {"primary": primary}}
    return Study.model_validate({"config": config, "samples": samples, "contrasts": given})


def simulated(features: int = 300, *, contrast: str = "a", library: str = "gene", seed: int = 1) -> pl.DataFrame:
    """Rows of ``result.differential_expression`` of one contrast; the last tenth of the features has no FDR."""
    random = np.random.default_rng(seed)
    lfc = random.normal(0, 1.2, features)
    pvalue = np.exp(-np.abs(lfc) * 6) * random.uniform(0.2, 1, features)
    is_known = np.arange(features) < features * 0.9
    padj = np.where(is_known, np.minimum(pvalue * 2, 1), np.nan)
    changed = is_known & (padj < 0.05) & (np.abs(lfc) > 1)
    return pl.DataFrame(
        {
            "run_id": f"run {library}",
            "contrast_id": contrast,
            "library": library,
            "method": "deseq2",
            "feature_id": [f"ENSG{i:05d}" for i in range(features)],
            "symbol": [f"SYM{i}" if i % 10 else None for i in range(features)],
            "base_mean": random.lognormal(4, 2, features),
            "log2_fold_change": lfc,
            "pvalue": pvalue,
            "padj": pl.Series(padj, nan_to_null=True),
            "direction": np.where(changed, np.where(lfc > 0, "up", "down"), "ns"),
        }
    )


def factors(about: Study, library: str = "gene") -> pl.DataFrame:
    """Slices of ``result.sample_size_factors``."""
    samples = sorted(about.sample_ids)
    return pl.DataFrame({"library": library, "method": "deseq2", "sample_id": samples, "run_id": f"run {library}"})


def expression(about: Study, features: int = 300, seed: int = 2) -> pl.DataFrame:
    """Rows of ``result.normalized_expression``: conditions differ in the first features, donors in others."""
    random = np.random.default_rng(seed)
    place = {c["id"]: i for i, c in enumerate(CONDITIONS)}
    frames = []
    for row in about.samples:
        values = 8 + np.arange(features) % 5 + random.normal(0, 0.2, features)
        values[:40] += 2 * place[row.condition]
        values[40:60] += int(str(row.replicate)) * 0.5
        ids = [f"ENSG{i:05d}" for i in range(features)]
        frames.append(pl.DataFrame({"feature_id": ids, "sample_id": row.sample, "value": values}))
    named = {"library": "gene", "method": "deseq2", "fit": "~ donor + condition", "run_id": "run gene"}
    return pl.concat(frames).with_columns(**{k: pl.lit(v) for k, v in named.items()})


def quality(about: Study, rows: pl.DataFrame | None = None) -> dict[str, pl.DataFrame]:
    """Rows of ``result.expression_quality``, ``expression_components`` and ``sample_distances`` of one library."""
    values = (expression(about) if rows is None else rows).pivot("sample_id", index="feature_id", values="value")
    samples = sorted(values.columns[1:])
    table = values.sort("feature_id").select(samples).to_numpy()
    found = principal_components(most_variable(table))
    pairs = [(a, b) for a in range(len(samples)) for b in range(a + 1, len(samples))]
    apart = distances(table)
    shares = [float(s) for s in 100 * found.shares]
    named = {"library": pl.lit("gene"), "run_id": pl.lit("run quality")}
    return {
        QUALITY: pl.DataFrame(
            {
                "sample_id": samples,
                "fit": "~ donor + condition",
                "library_size": table.sum(axis=0) * 1000,
                "detected_count": len(table),
                "pc1": found.coordinates[:, 0],
                "pc2": found.coordinates[:, 1],
            }
        ).with_columns(**named),
        COMPONENTS: pl.DataFrame(
            {"component": range(1, len(shares) + 1), "explained_percent": shares, "scale": "vst",
             "sample_count": len(samples), "feature_count": min(500, len(table))}
        ).with_columns(**named),
        DISTANCES: pl.DataFrame(
            {"sample_a": [samples[a] for a, _ in pairs], "sample_b": [samples[b] for _, b in pairs],
             "distance": [apart[p] for p in pairs]}
        ).with_columns(**named),
    }  # fmt: skip


def drawn(figure: Figure, part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing:
    """The picture, after checking what holds of all: slices, size, nothing cut, texts in the SVG, words for all."""
    for table, kept in part.where.items():  # what a night would refuse
        assert set(kept) <= {*figure.reads[table], "object_id"}, table
    with house_style():
        drawing = figure.draw(part, frames)
        assert isinstance(drawing, Drawing), drawing
        made = rendered(drawing)
        drawing.figure.draw_without_rendering()  # places as in print: an SVG is laid out at another resolution
    assert any(abs(made.width_mm - w) < 0.1 for w in (SINGLE_MM, DOUBLE_MM))
    assert made.height_mm <= TALLEST_MM
    assert drawing.source.height
    assert drawing.caption.endswith(".")
    assert drawing.alt.endswith((".", "…"))
    assert drawing.title[0].isupper()
    assert not made.missing_letters
    bounds = drawing.figure.bbox
    for text in visible(drawing):
        box = Text.get_window_extent(text)
        where = (text.get_text(), box, bounds)
        assert box.x0 >= -1, where
        assert box.y0 >= -1, where
        assert box.x1 <= bounds.width + 1, where
        assert box.y1 <= bounds.height + 1, where
    root = ET.fromstring(made.files[".svg"])  # noqa: S314 (our own)
    written = " ".join("".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text"))
    for text in visible(drawing):
        assert text.get_text().replace(r"\$", "$").split("\n")[0].strip() in written
    pixels = np.asarray(Image.open(io.BytesIO(made.files[".png"])).convert("L"))
    assert pixels.std() > 1
    edges = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
    assert min(edge.min() for edge in edges) > BLANK, "something is cut in the PNG"
    return drawing


def visible(drawing: Drawing) -> list[Text]:
    """Texts that can be seen; ticks beyond the axes' limits are not."""
    found = []
    for text in drawing.figure.findobj(Text):
        if text.get_text().strip() and text.get_visible() and "\\mathdefault" not in text.get_text():
            box = Text.get_window_extent(text)
            is_tick = any(text in axis.get_ticklabels() for a in drawing.figure.axes for axis in (a.xaxis, a.yaxis))
            if isinstance(text, Annotation) or not is_tick or box.width:
                found.append(text)
    return [t for t in found if not _beyond(t, drawing)]


def _beyond(text: Text, drawing: Drawing) -> bool:
    """Whether it is the label of a tick outside the axes."""
    for axes in drawing.figure.axes:
        for axis, low, high in ((axes.xaxis, *sorted(axes.get_xlim())), (axes.yaxis, *sorted(axes.get_ylim()))):
            for tick in (*axis.majorTicks, *axis.minorTicks):
                if text in (tick.label1, tick.label2):
                    return not (low <= tick.get_loc() <= high)
    return False


def words(drawing: Drawing) -> set[str]:
    """All visible texts."""
    return {t.get_text().replace(r"\$", "$") for t in visible(drawing)}


def legend(drawing: Drawing) -> list[str]:
    """Texts of the legends."""
    texts: Sequence[Any] = [t for box in drawing.figure.legends for t in box.get_texts()]
    return [t.get_text() for t in texts if t.get_text().strip()]
