"""Whether plates, samples and files are fit to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.bench_families import labels
from tasks.methods.report_blocks import Block, Heading, Paragraph, Section, pictures
from tasks.methods.report_tables import grid, labelled, words
from tasks.methods.report_words import ASSAYS

FIGURES, FILES = "result.figures", "core.raw_objects"
PLATES, STABILITY = "result.plate_quality", "result.qpcr_reference_stability"
SAMPLES, IDENTITY, NUCLEIC = "result.expression_quality", "result.sample_identity", "core.nucleic_acid_qc"


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Plates, reference genes, nucleic acids, sequenced samples and who they are."""
    blocks: list[Block] = []
    conditions = dict.fromkeys(("shift_condition", "nearest_group"), labelled(labels(study)))
    shown = {"assay": labelled(ASSAYS), "na_reason": words, "flag": words, **conditions}
    names = dict(frames[FILES].select("object_id", "file_name").iter_rows())
    plates = frames[PLATES].with_columns(pl.col("object_id").replace_strict(names, default="").alias("file"))
    tables = (
        ("Plates", "plates", plates, PLATE_COLUMNS, PLATE_NOTE),
        ("Reference genes of qPCR", "reference-genes", frames[STABILITY], STABILITY_COLUMNS, STABILITY_NOTE),
        ("Nucleic acids", "nucleic-acids", frames[NUCLEIC], NUCLEIC_COLUMNS, ""),
        ("Sequenced samples", "sequenced-samples", frames[SAMPLES], SAMPLE_COLUMNS, SAMPLE_NOTE),
        ("Are the samples what they are called?", "sample-identity", frames[IDENTITY], IDENTITY_COLUMNS, IDENTITY_NOTE),
    )
    for title, anchor, frame, columns, note in tables:
        if frame.height:
            made = grid(frame, title, f"{anchor}-table", columns, shown=shown, note=note)
            blocks += [Heading(title, anchor), *_swaps(anchor, frame), made]
    return [*blocks, *_figures(frames[FIGURES])]


def _swaps(anchor: str, frame: pl.DataFrame) -> list[Block]:
    columns = [c for c in ("swap_hint", "outlier_sample_hint") if c in frame.columns]
    if anchor not in {"sequenced-samples", "sample-identity"} or not columns:
        return []
    hints = frame.unpivot(columns, index=["library", "sample_id"]).drop_nulls("value").sort("library", "sample_id")
    if not hints.height:
        return [Paragraph(("No sample looks swapped or set apart.",), "good")]
    told = [f"{r['sample_id']} ({r['library']}): {r['value']}" for r in hints.iter_rows(named=True)]
    return [Paragraph(("; ".join(told),), "bad")]


def _figures(figures: pl.DataFrame) -> list[Block]:
    return [Heading("Pictures of quality", "quality-figures"), *pictures(figures)] if figures.height else []


PLATE_NOTE = (
    "Z′ is of the two control groups farthest apart; the edge effect compares outer with inner wells of the same "
    "sample. Wells apart from their repeats are counted, never left out."
)
STABILITY_NOTE = "geNorm's M, below 0.5 for a stable gene; the move is of the mean Cq with treatment."
SAMPLE_NOTE = "Distances and components are of the variance-stabilised values."
IDENTITY_NOTE = "Sex by XIST and genes of the Y chromosome; donors by how alike their samples are."
PLATE_COLUMNS = {
    "plate": "plate",
    "file": "file",
    "assay": "assay",
    "time_h": "time (h)",
    "measure": "read as",
    "well_count": "wells",
    "lost_count": "lost",
    "excluded_count": "excluded",
    "blank_mean": "blank",
    "blank_cv_percent": "CV of blanks (%)",
    "replicate_cv_percent": "CV of repeats (%)",
    "z_prime": "Z′",
    "edge_effect_percent": "edge effect (%)",
    "outlier_count": "wells apart",
    "na_reason": "why empty",
}
STABILITY_COLUMNS = {
    "target": "gene",
    "experiment": "experiment",
    "sample_count": "samples",
    "m_value": "M",
    "rank": "rank",
    "pairwise_variation": "V",
    "max_shift_cq": "largest move (Cq)",
    "shift_condition": "in",
    "na_reason": "why empty",
}
NUCLEIC_COLUMNS = {
    "sample_name": "sample",
    "instrument": "instrument",
    "nucleic_acid": "of",
    "concentration_ng_per_ul": "ng/µL",
    "ratio_260_280": "A260/A280",
    "ratio_260_230": "A260/A230",
    "rin": "RIN",
    "flag": "flag",
}
SAMPLE_COLUMNS = {
    "sample_id": "sample",
    "library": "library",
    "library_size": "reads",
    "detected_count": "features seen",
    "size_factor": "size factor",
    "top_symbol": "most abundant",
    "top_feature_percent": "its share (%)",
    "mitochondrial_percent": "mitochondrial (%)",
    "nearest_group": "nearest group",
    "outlier_sample_hint": "set apart?",
    "swap_hint": "swapped?",
    "na_reason": "why empty",
}
IDENTITY_COLUMNS = {
    "sample_id": "sample",
    "library": "library",
    "donor_id": "donor",
    "declared_sex": "declared",
    "observed_sex": "observed",
    "xist_cpm": "XIST (CPM)",
    "y_cpm": "Y genes (CPM)",
    "own_donor_correlation": "like its donor",
    "nearest_donor": "nearest other donor",
    "nearest_donor_correlation": "like that one",
    "swap_hint": "swapped?",
    "na_reason": "why empty",
}

SECTION = Section(
    name="quality",
    title="Quality",
    order=20,
    reads={
        FILES: ("object_id", "file_name"),
        PLATES: (),
        STABILITY: (),
        NUCLEIC: (),
        SAMPLES: (),
        IDENTITY: (),
    },
    content=content,
    figure_tables=(PLATES, SAMPLES, IDENTITY, "result.well_outliers", "core.plate_wells", "result.dispersions"),
)
