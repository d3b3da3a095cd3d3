from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.transcriptome_options import Expression
from tasks.analyses import differential_expression, expression_quality
from tasks.analyses.expression_quality import (
    ANALYSIS,
    COMPONENTS,
    COUNTS,
    DISTANCES,
    EXPRESSION,
    FACTORS,
    FEATURES,
    OBJECTS,
    QUALITY,
)
from tasks.contracts import Computed, Part
from tasks.simulation.counts import GENES, MIRNAS, LibraryModel, draw, sequencing_depth
from tasks.simulation.design import SEQUENCING

SAMPLES = [c.sample for c in SEQUENCING]
CONTRASTS = (
    ContrastRow(id="usc", reference="il1b", target="il1b_usc", blocking=["donor"]),
    ContrastRow(id="exo", reference="il1b", target="il1b_exo", blocking=["donor"]),
)


def study(contrasts: Sequence[ContrastRow] = CONTRASTS, keep: Sequence[str] = SAMPLES) -> Study:
    rows = tuple(
        SampleRow(sample=c.sample, condition=c.treatment.condition, donor=c.donor.donor)
        for c in SEQUENCING
        if c.sample in keep
    )
    conditions = [Condition(id=c) for c in dict.fromkeys(r.condition for r in rows)]
    config = StudyYaml(study_id="s", conditions=conditions, expression=Expression(methods=["deseq2"]))
    return Study(config=config, samples=rows, contrasts=tuple(contrasts))


FEW_GENES = replace(GENES, feature_count=3000, changed=(65, 45, 45))


def mirnas(seed: int = 5, *, model: LibraryModel = MIRNAS, swapped: bool = False) -> pl.DataFrame:
    """Counts of nine simulated cultures as rows of core.feature_counts, as of miRNAs."""
    random = np.random.default_rng(seed)
    matrix = draw(model, sequencing_depth(random), random).counts
    if swapped:
        matrix[:, [0, 3]] = matrix[:, [3, 0]]
    wide = pl.DataFrame(matrix.astype(float), schema=SAMPLES).with_columns(
        feature_id=pl.Series([f"sim-miR-{i}" for i in range(len(matrix))])
    )
    long = wide.unpivot(index="feature_id", variable_name="sample_id", value_name="count")
    return long.with_columns(
        library=pl.lit("mirna"), object_id=pl.lit("o"), sample_name=pl.col("sample_id"), is_excluded=pl.lit(value=False)
    )


def features(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.select("library", "feature_id").unique().with_columns(
        symbol=pl.col("feature_id"), rna_class=pl.lit("mirna")
    )  # fmt: skip


def planned(about: Study, counts: pl.DataFrame, results: Mapping[str, pl.DataFrame]) -> list[Part]:
    slices = {
        COUNTS: counts.select("library", "sample_id", "object_id").unique(),
        FEATURES: features(counts),
        OBJECTS: pl.DataFrame({"object_id": ["o"], "file_name": ["counts.tsv"], "parser": ["count_matrix"]}),
        **{t: results[t].select("library", "method", "fit").unique() for t in (EXPRESSION, FACTORS)},
    }
    return list(ANALYSIS.parts(about, slices))


def fitted(about: Study, counts: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Results of the fit that the study asks for."""
    objects = pl.DataFrame({"object_id": ["o"], "file_name": ["counts.tsv"], "parser": ["count_matrix"]})
    slices = {COUNTS: counts.select("library", "sample_id", "object_id").unique(), OBJECTS: objects,
              FEATURES: features(counts)}  # fmt: skip
    parts = differential_expression.ANALYSIS.parts(about, slices)
    frames = {COUNTS: counts, FEATURES: features(counts)}
    done = [differential_expression.ANALYSIS.run(p, frames).frames for p in parts if p.skip is None]
    empty = pl.DataFrame(
        schema={"library": pl.String, "method": pl.String, "fit": pl.String, "sample_id": pl.String}
        | {"feature_id": pl.String, "value": pl.Float64, "size_factor": pl.Float64}
    )
    return {t: pl.concat([f[t] for f in done]) if done else empty for t in (EXPRESSION, FACTORS)}


def computed(about: Study, counts: pl.DataFrame) -> Computed:
    results = fitted(about, counts)
    (part,) = planned(about, counts, results)
    assert part.skip is None
    kept = {
        t: frame.filter(pl.col(c).is_in(list(v)) for c, v in part.where[t].items())
        for t, frame in {COUNTS: counts, FEATURES: features(counts), **results}.items()
    }
    return ANALYSIS.run(part, kept)


def test_a_sound_study_is_described_in_silence() -> None:
    counts = mirnas()
    done = computed(study(), counts)
    assert done.problems == ()
    quality = done.frames[QUALITY]
    sizes = counts.group_by("sample_id").agg(pl.col("count").sum()).sort("sample_id")
    assert quality["sample_id"].to_list() == sorted(SAMPLES)
    assert quality["library_size"].to_list() == sizes["count"].to_list()
    assert quality["fit"].unique().to_list() == ["~ donor + condition"]
    assert quality.drop("outlier_sample_hint", "swap_hint", "na_reason", "mitochondrial_percent",
                        "ribosomal_percent").null_count().sum_horizontal().item() == 0  # fmt: skip
    assert quality["na_reason"].null_count() == 9
    components = done.frames[COMPONENTS]
    assert components["component"].to_list() == list(range(1, 9))
    assert components["explained_percent"].sum() == pytest.approx(100)
    assert components["explained_percent"].is_sorted(descending=True)
    assert components["scale"].unique().to_list() == ["vst"]
    assert done.frames[DISTANCES].height == 36


@pytest.mark.parametrize("seed", [5, 6, 7, 8])
def test_labels_swapped_between_conditions_of_a_donor_are_told(seed: int) -> None:
    assert not [p for p in computed(study(), mirnas(seed, model=FEW_GENES)).problems if p.rule == "labels_swapped"]
    done = computed(study(), mirnas(seed, model=FEW_GENES, swapped=True))
    told = [p for p in done.problems if p.rule == "labels_swapped"]
    assert {p.value for p in told} == {SAMPLES[0], SAMPLES[3]}
    assert f"{SAMPLES[0]} lies among the samples of il1b_usc" in str(told[0])
    assert str(told[0]).endswith("labels swapped? Check the tube and the sample sheet; nothing was changed.")


def test_one_mirna_with_most_of_the_reads_is_named_with_its_samples() -> None:
    counts = mirnas()
    huge = (pl.col("feature_id") == "sim-miR-7") & pl.col("sample_id").is_in(SAMPLES[:2])
    counts = counts.with_columns(count=pl.when(huge).then(5e6).otherwise("count"))
    (told,) = [p for p in computed(study(), counts).problems if p.rule == "feature_dominates"]
    assert "one miRNA, sim-miR-7, has more than half of the reads of" in told.message
    assert all(sample in told.message for sample in SAMPLES[:2])
    assert SAMPLES[4] not in told.message


def test_depths_further_apart_than_fourfold_are_told() -> None:
    shallow = pl.when(pl.col("sample_id") == SAMPLES[2]).then((pl.col("count") / 20).floor()).otherwise("count")
    told = computed(study(), mirnas().with_columns(count=shallow)).problems
    (apart,) = [p for p in told if p.rule == "size_factors_far_apart"]
    assert apart.value == SAMPLES[2]
    assert f"from {SAMPLES[2]}" in apart.message


def test_without_a_fit_log_counts_per_million_are_used() -> None:
    done = computed(study(contrasts=()), mirnas())
    quality = done.frames[QUALITY]
    assert quality["fit"].null_count() == quality["size_factor"].null_count() == 9
    assert quality["pc1"].null_count() == 0
    assert done.frames[COMPONENTS]["scale"].unique().to_list() == ["log2_cpm"]


def test_a_single_sample_and_one_condition_alone_say_what_they_lack() -> None:
    counts = mirnas().filter(pl.col("sample_id") == SAMPLES[0])
    done = computed(study(contrasts=(), keep=SAMPLES[:1]), counts)
    assert done.frames[QUALITY].select("na_reason", "pc1").rows() == [("single_sample", None)]
    assert done.frames[COMPONENTS].is_empty()
    assert done.frames[DISTANCES].is_empty()
    same = computed(study(contrasts=(), keep=SAMPLES[:3]), mirnas().filter(pl.col("sample_id").is_in(SAMPLES[:3])))
    assert same.frames[QUALITY]["na_reason"].to_list() == ["no_other_group"] * 3
    assert same.problems == ()


def test_samples_that_the_fit_leaves_out_or_that_have_no_reads_are_kept_with_the_reason() -> None:
    without = study().model_copy(
        update={"samples": tuple(s.model_copy(update={"donor": ""}) if s.sample == SAMPLES[0] else s
                                 for s in study().samples)}
    )  # fmt: skip
    rows = {r["sample_id"]: r for r in computed(without, mirnas()).frames[QUALITY].to_dicts()}
    assert (rows[SAMPLES[0]]["na_reason"], rows[SAMPLES[0]]["size_factor"]) == ("not_in_fit", None)
    assert rows[SAMPLES[1]]["na_reason"] is None
    silent = mirnas().with_columns(count=pl.when(pl.col("sample_id") == SAMPLES[0]).then(0.0).otherwise("count"))
    rows = {r["sample_id"]: r for r in computed(study(contrasts=()), silent).frames[QUALITY].to_dicts()}
    assert (rows[SAMPLES[0]]["na_reason"], rows[SAMPLES[0]]["top_feature_id"]) == ("no_reads", None)


def test_samples_counted_twice_are_not_guessed_between() -> None:
    counts = mirnas()
    twice = pl.concat([counts, counts.with_columns(object_id=pl.lit("p"))])
    slices = {
        COUNTS: twice.select("library", "sample_id", "object_id").unique(),
        OBJECTS: pl.DataFrame({"object_id": ["o", "p"], "file_name": ["a", "b"], "parser": ["x", "x"]}),
        EXPRESSION: fitted(study(), counts)[EXPRESSION],
    }
    (part,) = expression_quality.parts(study(), slices)
    assert "counts in several files (a, b)" in str(part.skip)
    assert expression_quality.parts(study(), {**slices, COUNTS: slices[COUNTS].head(0)}) == []


def of_tools(*tools: str, missing: str = "") -> tuple[Study, pl.DataFrame, list[Part]]:
    """circRNAs that each tool counts, ten times as many as the one before; ``missing`` lacks the first sample."""
    rows = [
        {"library": "circrna", "sample_id": s, "sample_name": s, "object_id": f"{tool}/{s}", "feature_id": f"c{i}",
         "count": float(10**place * (1 + (i + j) % 3))}
        for place, tool in enumerate(tools)
        for j, s in enumerate(SAMPLES)
        for i in range(4 + place)
        if tool != missing or j
    ]  # fmt: skip
    counts, about = pl.DataFrame(rows), study()
    options = about.config.expression.model_copy(update={"source": {"circrna": "merged"}})
    about = about.model_copy(update={"config": about.config.model_copy(update={"expression": options})})
    ids = counts["object_id"].unique().sort()
    of_fit = pl.DataFrame(schema=dict.fromkeys(("library", "method", "fit"), pl.String))
    slices = {
        COUNTS: counts.select("library", "sample_id", "object_id").unique(),
        FEATURES: features(counts),
        OBJECTS: pl.DataFrame({"object_id": ids, "file_name": ids, "parser": ids.str.split("/").list.first()}),
        EXPRESSION: of_fit,
        FACTORS: of_fit,
    }
    return about, counts, list(ANALYSIS.parts(about, slices))


def test_merged_circrnas_are_described_as_they_are_fitted() -> None:
    _, counts, (part,) = of_tools("ciri", "dcc")
    text = dict.fromkeys(("sample_id", "feature_id"), pl.String)
    empty = {EXPRESSION: pl.DataFrame(schema=text | {"value": pl.Float64}),
             FACTORS: pl.DataFrame(schema=text | {"size_factor": pl.Float64})}  # fmt: skip
    done = ANALYSIS.run(part, {COUNTS: counts, FEATURES: features(counts), **empty}).frames[QUALITY]
    shared = counts.filter(pl.col("object_id").str.starts_with("dcc") & (pl.col("feature_id") != "c4"))
    sizes = shared.group_by("sample_id").agg(pl.col("count").sum()).sort("sample_id")
    assert done["library_size"].to_list() == sizes["count"].to_list()


def test_why_tools_are_not_merged_is_why_they_are_not_described() -> None:
    _, _, (part,) = of_tools("ciri", "dcc", missing="dcc")
    assert "fewer than 2 tools counted all 9 samples" in str(part.skip)
