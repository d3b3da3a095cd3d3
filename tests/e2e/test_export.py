from __future__ import annotations

import hashlib
from pathlib import Path

import anndata
import duckdb
import numpy as np
import polars as pl
import pytest
import pzfx
from rocrate.rocrate import ROCrate

from schemas.errors import UserError
from tasks.engine.study_export import MARK, export, formats
from tests.counted_study import counts, write_counted
from tests.deployments.test_cli import benchlake
from tests.e2e.small_study import PLATES, Bench


def exported(bench: Bench, how: str, folder: Path) -> list[Path]:
    return export("small_bench", how, folder, bench.warehouse, bench.objects)


def test_prism_gets_the_means_that_the_report_shows(bench: Bench, tmp_path: Path) -> None:
    files = exported(bench, "prism", tmp_path / "prism")
    assert [f.name for f in files] == ["cell_viability.pzfx", "qpcr.pzfx"]
    sql = "SELECT condition, mean FROM result.group_summaries WHERE comparison_id = 'viability_all' AND time_h = 72"
    labels = {c.id: c.label for c in bench.folder.study.config.conditions}
    means = {labels[str(condition)]: mean for condition, mean in bench.rows(sql)}
    shown = pzfx.read_pzfx(str(files[0]), "bench, viability (OD), 72 h").drop(columns="ROWTITLE")
    assert shown.shape == (3, 6)
    assert list(shown.columns) == list(labels.values())
    assert shown.mean().to_dict() == pytest.approx(means, rel=1e-12)


def test_csv_holds_the_published_rows(bench: Bench, tmp_path: Path) -> None:
    exported(bench, "csv", tmp_path / "csv")
    rows = bench.rows("SELECT sum(value), count(*) FROM result.measurements")
    found = pl.read_csv(tmp_path / "csv" / "measurements.csv")
    assert found.height == rows[0][1]
    assert found["value"].sum() == pytest.approx(rows[0][0], rel=1e-12)


def test_a_crate_holds_the_bytes_that_its_hashes_name(bench: Bench, tmp_path: Path) -> None:
    exported(bench, "ro-crate", tmp_path / "crate")
    read = ROCrate(str(tmp_path / "crate"))
    raw = [e for e in read.data_entities if str(e.id).startswith("raw/")]
    stored = bench.rows("SELECT object_id FROM core.raw_objects")
    assert {e["sha256"] for e in raw} == {object_id for (object_id,) in stored}
    for entity in read.data_entities:
        assert hashlib.sha256(Path(entity.source).read_bytes()).hexdigest() == entity["sha256"]
    done = {e["name"] for e in read.get_by_type("CreateAction")}
    computed = "SELECT DISTINCT analysis, part FROM ops.analysis_runs WHERE row_count > 0"
    assert {f"{analysis}: {part}" for analysis, part in bench.rows(computed)} <= done
    (plates,) = (e for e in read.get_by_type("CreateAction") if "parser gen5" in e["name"])
    assert sorted(e.id for e in plates["object"]) == sorted(f"raw/{name}" for name in PLATES.values())


def test_h5ad_holds_the_counts_and_what_was_computed_from_them(tmp_path: Path) -> None:
    study = Bench(write_counted(tmp_path / "study"), tmp_path / "home")
    assert not study.night().failed
    export("counted", "h5ad", tmp_path / "out", study.warehouse, study.objects)
    found = anndata.read_h5ad(tmp_path / "out" / "other.h5ad")
    wide = counts().to_pandas().set_index("gene_id").loc[found.var_names, found.obs_names]
    np.testing.assert_array_equal(found.to_df().T, wide)
    values = study.rows("SELECT sample_id, feature_id, value FROM result.normalized_expression")
    layer = found.to_df("normalized")
    assert len(values) == layer.notna().to_numpy().sum() > 0
    assert all(layer.loc[sample, feature] == value for sample, feature, value in values)
    tested = study.rows(
        "SELECT feature_id, pvalue, direction FROM result.differential_expression "
        "WHERE contrast_id = 'usc_vs_il1b' AND method = 'limma_voom'"
    )
    table = found.varm["usc_vs_il1b limma_voom"]
    assert len(tested) == len(table)
    for feature, pvalue, direction in tested:
        assert table.loc[feature, "direction"] == direction
        np.testing.assert_equal(table.loc[feature, "pvalue"], np.nan if pvalue is None else pvalue)
    factors = dict(study.rows("SELECT sample_id, size_factor FROM result.sample_size_factors WHERE method = 'deseq2'"))
    assert found.obs["size_factor deseq2 ~ donor + condition"].to_dict() == factors


def test_only_an_untouched_export_of_the_same_kind_is_replaced(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    exported(bench, "csv", folder)  # an empty folder may be filled
    exported(bench, "csv", folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(UserError, match="holds the csv export of small_bench"):
        exported(bench, "xlsx", folder)
    (folder / "mine.txt").write_text("notes")
    with pytest.raises(UserError, match=r"holds mine\.txt, which was added or changed"):
        exported(bench, "csv", folder)
    (folder / "mine.txt").unlink()
    (folder / "samples.csv").write_text("edited")
    with pytest.raises(UserError, match=r"holds samples\.csv"):
        exported(bench, "csv", folder)
    (folder / MARK).unlink()
    with pytest.raises(UserError, match="no export made it"):
        exported(bench, "csv", folder)
    assert sorted([*folder.rglob("*"), folder / MARK]) == before
    assert list(tmp_path.iterdir()) == [folder]  # no draft is left


def test_raw_files_are_no_place_for_an_export(bench: Bench) -> None:
    with pytest.raises(UserError, match="among the study's raw files"):
        exported(bench, "csv", bench.study / "landing" / "out")
    assert not (bench.study / "landing" / "out").exists()


def test_the_command_names_its_formats_and_its_files(bench: Bench, tmp_path: Path) -> None:
    said = benchlake("export", "--help", cwd=tmp_path).stdout
    assert all(name in said for name in formats())
    home = ("--home", str(bench.home))
    done = benchlake("export", str(bench.study), "out dir", "--format", "xlsx", *home, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "out dir/small_bench.xlsx\n")
    assert "sheet measurements" in done.stderr
    for arguments, message in (
        (("export", "small_bench", "x", "--format", "pdf"), "Choose one of csv, "),
        (("export", "nobody", "x"), "neither a study folder nor a registered study"),
    ):
        refused = benchlake(*arguments, *home, cwd=tmp_path)
        assert refused.returncode == 2
        assert message in refused.stderr
        assert not (tmp_path / "x").exists()


def test_a_snapshot_of_another_version_is_not_exported(bench: Bench, tmp_path: Path) -> None:
    with duckdb.connect(str(bench.warehouse.published)) as connection:
        connection.execute("UPDATE ops.declarations SET digest = 'older'")
    with pytest.raises(UserError, match="published by another version"):
        exported(bench, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()
