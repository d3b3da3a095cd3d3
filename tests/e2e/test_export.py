from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import pzfx

from schemas.errors import UserError
from tasks.engine.study_export import MARK, export, formats
from tests.deployments.test_cli import benchlake
from tests.e2e.small_study import Bench


def exported(bench: Bench, how: str, folder: Path) -> list[Path]:
    return export("small_bench", how, folder, bench.warehouse, bench.objects)


def test_prism_gets_the_means_that_the_report_shows(bench: Bench, tmp_path: Path) -> None:
    files = exported(bench, "prism", tmp_path / "prism")
    assert [f.name for f in files] == ["cell_viability.pzfx", "qpcr.pzfx"]
    sql = "SELECT condition, mean FROM result.group_summaries WHERE comparison_id = 'viability_all' AND time_h = 72"
    means = dict(bench.rows(sql))
    shown = pzfx.read_pzfx(str(files[0]), "bench, viability (OD), 72 h").drop(columns="ROWTITLE")
    assert shown.shape == (3, 6)
    np.testing.assert_allclose(sorted(shown.mean()), sorted(means.values()), rtol=1e-12)  # type: ignore[type-var]


def test_csv_holds_the_published_rows(bench: Bench, tmp_path: Path) -> None:
    exported(bench, "csv", tmp_path / "csv")
    rows = bench.rows("SELECT sum(value), count(*) FROM result.measurements")
    found = pl.read_csv(tmp_path / "csv" / "measurements.csv")
    assert found.height == rows[0][1]
    assert found["value"].sum() == pytest.approx(rows[0][0], rel=1e-12)


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
