"""Quantifications of salmon through a whole night, against tximport with DESeq2 and limma in R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.night import night
from warehouse.store import Warehouse

R = Path(__file__).parents[1] / "reference"
SAMPLES = tuple(f"s{i}" for i in range(1, 7))
SHEET = "sample,condition,donor,replicate\n" + "".join(f"s{i + 1},{'ab'[i % 2]},d{i // 2},{i // 2}\n" for i in range(6))


def theirs(name: str) -> pl.DataFrame:
    return pl.read_csv(R / f"tximport_{name}.csv.gz", null_values="NA", infer_schema_length=None)


def written(study: Path, quantified: tuple[str, ...]) -> Path:
    """The study's folder, in which some samples were quantified with salmon and the others were only counted."""
    table = theirs("quant")
    (study / "reference").mkdir(parents=True)
    (study / "study.yaml").write_text(
        "study_id: salmon\nconditions: [{id: a}, {id: b}]\nannotation: {tx2gene: reference/tx2gene.tsv}\n"
    )
    (study / "samples.csv").write_text(SHEET)
    (study / "contrasts.csv").write_text("id,variable,reference,target,blocking\nb_vs_a,condition,a,b,donor\n")
    names = table["Name"].unique(maintain_order=True)
    genes = names.str.extract(r"(\d+)").cast(pl.Int64).map_elements(lambda n: f"g{n:03d}", return_dtype=pl.String)
    pl.DataFrame({"transcript_id": names, "gene_id": genes}).write_csv(
        study / "reference" / "tx2gene.tsv", separator="\t"
    )
    for sample in SAMPLES:
        rows = table.filter(sample=sample).select(
            "Name", pl.lit(1000).alias("Length"), "EffectiveLength", "TPM", "NumReads"
        )
        folder = study / "landing" / sample
        folder.mkdir(parents=True)
        if sample in quantified:
            rows.write_csv(folder / "quant.sf", separator="\t")
        else:
            counted = rows.select(pl.Series("gene", genes), "NumReads").group_by("gene").agg(pl.sum("NumReads").round())
            counted.select("gene", pl.col("NumReads").cast(pl.Int64).alias(sample)).sort("gene").write_csv(
                folder / "counts.csv"
            )
            (study / "files.csv").write_text(f"file,assay\nlanding/{sample}/counts.csv,expression_counts\n")
    return study


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("salmon")
    summary = night(written(folder / "study", SAMPLES), folder / "home")
    assert not summary.failed, summary.parts
    assert not summary.warnings
    return folder / "home"


def result(home: Path, sql: str) -> pl.DataFrame:
    with Warehouse(home).snapshot() as session:
        return session.query(sql)


def test_lengths_of_transcripts_are_offsets_as_in_r(home: Path) -> None:
    mine = result(home, "SELECT * FROM result.differential_expression WHERE method = 'deseq2'")
    both = mine.join(theirs("deseq2"), left_on="feature_id", right_on="gene", suffix="_r")
    assert both.height == 500
    for ours, rs in (("pvalue", "pvalue_r"), ("padj", "padj_r")):
        assert (both[ours].is_null() == both[rs].is_null()).all(), ours
    assert both["base_mean"].to_numpy() == pytest.approx(both["baseMean"].to_numpy(), rel=1e-6)
    seen = both.drop_nulls("pvalue")
    for ours, rs in (
        (seen["log2_fold_change"], seen["log2FoldChange"]),
        (seen["pvalue"].log10(), seen["pvalue_r"].log10()),
    ):
        assert (ours - rs).abs().quantile(0.99) < 1e-6
    chosen = both.filter((pl.col("log2FoldChange").abs() > 1) & (pl.col("padj_r") < 0.05))["feature_id"]
    assert set(both.filter(pl.col("direction") != "ns")["feature_id"]) == set(chosen)
    assert len(chosen) > 20


def test_values_for_pictures_are_corrected_for_lengths(home: Path) -> None:
    mine = result(home, "SELECT feature_id, sample_id, value FROM result.normalized_expression")
    rs = theirs("deseq2").select("gene", *(pl.col(f"vst_{s}").alias(s) for s in SAMPLES))
    long = rs.unpivot(index="gene", variable_name="sample_id", value_name="vst")
    both = mine.join(long, left_on=["feature_id", "sample_id"], right_on=["gene", "sample_id"])
    assert both.height == mine.height == theirs("deseq2").filter(pl.col("baseMean") > 0).height * 6
    assert both["value"].to_numpy() == pytest.approx(both["vst"].to_numpy(), abs=1e-6)


def test_a_samples_size_factor_is_the_mean_of_its_features(home: Path) -> None:
    factors = result(
        home, "SELECT size_factor FROM result.sample_size_factors WHERE method = 'deseq2' ORDER BY sample_id"
    )
    rs = theirs("deseq2").filter(pl.col("baseMean") > 0).select(f"nf_{s}" for s in SAMPLES).to_numpy()
    assert factors["size_factor"].to_numpy() == pytest.approx(np.exp(np.log(rs).mean(axis=0)), rel=1e-8)


def test_limma_takes_counts_scaled_by_length_as_in_r(home: Path) -> None:
    mine = result(home, "SELECT * FROM result.differential_expression WHERE method = 'limma_voom'").drop_nulls("pvalue")
    both = mine.join(theirs("limma"), left_on="feature_id", right_on="gene", how="full")
    assert both.drop_nulls("pvalue").height == both.height == theirs("limma").height
    assert both["stat"].to_numpy() == pytest.approx(both["t"].to_numpy(), abs=1e-4)
    assert both["padj"].to_numpy() == pytest.approx(both["adj.P.Val"].to_numpy(), rel=1e-3)


def test_samples_without_lengths_are_named(tmp_path: Path) -> None:
    summary = night(written(tmp_path / "study", SAMPLES[:-1]), tmp_path / "home")
    assert not summary.failed
    said = result(
        tmp_path / "home", "SELECT DISTINCT message FROM ops.validation_results WHERE rule = 'lengths_of_some'"
    )
    assert said.height == 1
    assert said["message"][0].startswith("the files of s6 tell no transcript lengths, those of the other samples do")
