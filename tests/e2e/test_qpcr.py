"""qPCR exports of other people's labs, through a whole night, against what their own tools computed."""

from __future__ import annotations

import csv
import math
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
import yaml
from python_calamine import CalamineWorkbook

from tests.e2e.small_study import Bench

Key = tuple[str, str]


def qpcr_study(
    folder: Path, raw: Path, conditions: Mapping[str, str], references: list[str], method: str = "ddcq"
) -> Bench:
    """A study of one qPCR export; ``conditions`` by sample as the file names it, the calibrator first."""
    study = folder / "study"
    (study / "landing").mkdir(parents=True)
    shutil.copy(raw, study / "landing" / raw.name)
    levels = [{"id": c} for c in dict.fromkeys(conditions.values())]
    config = {"study_id": "one_run", "conditions": levels, "qpcr": {"reference_targets": references, "method": method}}
    (study / "study.yaml").write_text(yaml.safe_dump(config))
    rows = [f"{name},{condition},D{i},1\n" for i, (name, condition) in enumerate(conditions.items())]
    (study / "samples.csv").write_text("".join(["sample,condition,donor,replicate\n", *rows]))
    (study / "files.csv").write_text(f'file,assay\n"landing/{raw.name}",qpcr\n')
    return Bench(study, folder / "home", is_drawn=False)


def wells(bench: Bench) -> list[tuple[str, str, str, float]]:
    """Well, sample, target and Cq of what was loaded."""
    sql = "SELECT well, sample_id, target, cq FROM core.qpcr_wells WHERE sample_id IS NOT NULL AND cq IS NOT NULL"
    return [(str(w), str(s), str(t), float(str(cq))) for w, s, t, cq in bench.rows(sql)]


def fold_changes(bench: Bench) -> dict[Key, dict[str, float]]:
    """Rows of result.qpcr_fold_changes by sample and target; null is NaN."""
    names = ("mean_cq", "delta_cq", "delta_delta_cq", "fold_change", "technical_n")
    sql = f"SELECT sample_id, target, {', '.join(names)} FROM result.qpcr_fold_changes"  # noqa: S608
    found = {}
    for sample, target, *values in bench.rows(sql):
        found[str(sample), str(target)] = {
            n: math.nan if v is None else float(str(v)) for n, v in zip(names, values, strict=True)
        }
    return found


def test_bioconductors_ddct_of_an_sds_run(shared: Path, tmp_path: Path) -> None:
    """Its Cq is the median of three wells and its reference both genes' mean: the other wells are excluded."""
    folder = shared / "data" / "qpcr" / "abi_sds21"
    conditions = {"Sample1": "control", "Sample2": "treated"}
    bench = qpcr_study(tmp_path, folder / "Experiment1.txt", conditions, ["Gene1", "Gene2"])
    bench.night()
    expected = pl.read_csv(folder / "expected" / "ddCt_Experiment1_allValues.csv", separator="\t")
    medians = {(s, t): cq for t, s, cq in expected.select("Var1", "Var2", "Ct").iter_rows()}
    out = [w for w, sample, target, cq in wells(bench) if abs(cq - medians[sample, target]) > 1e-5]
    assert len(out) == 12
    lines = [f"landing/Experiment1.txt,{well},,not the median\n" for well in out]
    (bench.study / "exclusions.csv").write_text("".join(["file,well,sample,reason\n", *lines]))
    bench.night()
    found = fold_changes(bench)
    assert found.keys() == medians.keys()
    for row in expected.iter_rows(named=True):
        mine = found[row["Var2"], row["Var1"]]
        assert mine["technical_n"] == 1
        assert mine["delta_cq"] == pytest.approx(row["dCt"], abs=1e-6)
        assert mine["delta_delta_cq"] == pytest.approx(row["ddCt"], abs=1e-6)
        assert mine["fold_change"] == pytest.approx(row["exprs"], rel=1e-6)


def test_auto_qpcrs_relative_quantities_of_a_quantstudio_run(shared: Path, tmp_path: Path) -> None:
    """It averages 2^-ΔCq over wells: compared are the means of its wells' logarithms, its outlier excluded."""
    folder = shared / "data" / "qpcr" / "auto_qpcr"
    samples = ["AiW002-2-D0", "AiW002-2-D7", "KYOU-D0", "KYOU-D7"]
    raw = folder / "RELATIVE_example.csv"
    bench = qpcr_study(tmp_path, raw, {s: f"c{i}" for i, s in enumerate(samples)}, ["ACTB", "GAPDH"])
    (bench.study / "exclusions.csv").write_text(f"file,well,sample,reason\nlanding/{raw.name},F3,,outlier\n")
    bench.night()
    found = fold_changes(bench)

    def logarithms(name: str) -> dict[Key, float]:
        values: dict[Key, list[float]] = defaultdict(list)
        rows = csv.DictReader((folder / "expected" / f"{name}_clean_data.csv").read_text().splitlines())
        for row in (r for r in rows if r["rq"]):
            values[row["Sample Name"], row["Target Name"]].append(-math.log2(float(row["rq"])))
        return {key: sum(v) / len(v) for key, v in values.items()}

    deltas, relative = logarithms("Relative_deltaCT"), logarithms("Relative_deltadelatCT")
    assert deltas.keys() == relative.keys() == {(s, t) for s, t in found if s in samples}
    assert len(deltas) == 20
    for key in deltas:
        assert found[key]["delta_cq"] == pytest.approx(deltas[key], abs=1e-6), key
        assert found[key]["delta_delta_cq"] == pytest.approx(relative[key], abs=1e-6), key
        assert found[key]["fold_change"] == pytest.approx(2 ** -relative[key], rel=1e-6), key
    assert found["KYOU-D0", "GRIN1"]["technical_n"] == 2


def sheet(raw: Path, name: str, first: str) -> list[dict[str, object]]:
    """Rows of a workbook's table below the header that has the column ``first``."""
    rows = CalamineWorkbook.from_path(raw).get_sheet_by_name(name).to_python()
    start = next(i for i, row in enumerate(rows) if first in row)
    return [dict(zip(map(str, rows[start]), row, strict=True)) for row in rows[start + 1 :]]


def test_quantstudios_rq_with_two_endogenous_controls(shared: Path, tmp_path: Path) -> None:
    """The same wells as Auto-qPCR's, none left out: what QuantStudio printed beside them, to three decimals."""
    raw = shared / "data" / "qpcr" / "auto_qpcr" / "RELATIVE_example.csv"
    lines = raw.read_text(encoding="utf-8-sig").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Well,"))
    printed = {(r["Sample Name"], r["Target Name"]): r for r in csv.DictReader(lines[start:]) if r["RQ"]}
    samples = ["AiW002-2-D0", "AiW002-2-D7", "KYOU-D0", "KYOU-D7"]
    bench = qpcr_study(tmp_path, raw, {s: f"c{i}" for i, s in enumerate(samples)}, ["ACTB", "GAPDH"])
    bench.night()
    found = fold_changes(bench)
    assert len(printed) == 12
    for key, row in printed.items():
        assert found[key]["mean_cq"] == pytest.approx(float(row["Ct Mean"]), abs=1e-3), key
        assert found[key]["delta_cq"] == pytest.approx(float(row["Delta Ct Mean"]), abs=1e-3), key
        assert found[key]["delta_delta_cq"] == pytest.approx(float(row["Delta Delta Ct"]), abs=1.1e-3), key
        assert found[key]["fold_change"] == pytest.approx(float(row["RQ"]), rel=1e-3, abs=5e-4), key


def test_quantstudios_rq_of_a_multiplex_run(shared: Path, tmp_path: Path) -> None:
    """It compares targets within each well, so its row of wells with TJP-1 stands alone here."""
    raw = shared / "data" / "qpcr" / "appbio_quantstudio" / "appbio_quantstudio_example08.xlsx"
    printed = [r for r in sheet(raw, "Results", "RQ") if r["RQ"] and r["Target Name"] == "TJP-1 Human"]
    samples = ["13Jul2022-Hs-1", "13Jul2022-Hs-2", "13Jul2022-Hs-3"]
    bench = qpcr_study(tmp_path, raw, {s: f"c{i}" for i, s in enumerate(samples)}, ["18S"])
    lines = [f"landing/{raw.name},{row}{column},,other assay\n" for row in "BC" for column in range(1, 7)]
    (bench.study / "exclusions.csv").write_text("".join(["file,well,sample,reason\n", *lines]))
    bench.night()
    found = fold_changes(bench)
    assert len(printed) == 3
    for row in printed:
        mine = found[str(row["Sample Name"]), "TJP-1 Human"]
        assert mine["delta_cq"] == pytest.approx(row["Delta Crt Mean"], abs=1e-6)
        assert mine["delta_delta_cq"] == pytest.approx(row["Delta Delta Crt"], abs=1e-6)
        assert mine["fold_change"] == pytest.approx(row["RQ"], rel=1e-6)


def test_design_and_analysis_own_efficiency_corrected_rq(shared: Path, tmp_path: Path) -> None:
    """Its curves, corrected Cq and Rq to nine digits, and its replicate means."""
    folder = shared / "data" / "qpcr" / "appbio_quantstudio_designandanalysis"
    raw = folder / "appbio_quantstudio_designandanalysis_QS3_Relative_Quantification_example02.xlsx"
    samples = ["Unk_400", "Unk_800", "Unk_1600", "Unk_3200"]
    bench = qpcr_study(tmp_path, raw, {s: s for s in samples}, ["IPC"], method="pfaffl")
    bench.night()
    found = fold_changes(bench)
    means = {(str(r["Sample"]), str(r["Target"])): r for r in sheet(raw, "Replicate Group Result", "Cq Mean")}
    printed = {(str(r["Sample"]), str(r["Target"])): r for r in sheet(raw, "RQ Replicate Group Result", "Rq")}
    assert found.keys() == printed.keys()
    for key, mine in found.items():
        assert mine["mean_cq"] == pytest.approx(means[key]["Cq Mean"], abs=1e-9)
        assert mine["technical_n"] == means[key]["Number of Replicates"] == 15
    for sample in samples:
        mine, theirs = found[sample, "RNaseP"], printed[sample, "RNaseP"]
        assert mine["delta_cq"] == pytest.approx(theirs["Delta EqCq Mean"], abs=1e-9)
        assert mine["delta_delta_cq"] == pytest.approx(theirs["Delta Delta EqCq"], abs=1e-9)
        assert mine["fold_change"] == pytest.approx(theirs["Rq"], rel=1e-9)
    eq_cq = {t: float(str(printed["Unk_400", t]["EqCq Mean"])) for t in ("IPC", "RNaseP")}
    sql = "SELECT target, amplification_factor, r_squared FROM result.qpcr_standard_curves ORDER BY target"
    curves = {str(t): (float(str(factor)), float(str(r))) for t, factor, r in bench.rows(sql)}
    for target, (factor, r_squared) in curves.items():
        assert math.log2(factor) == pytest.approx(eq_cq[target] / found["Unk_400", target]["mean_cq"], rel=1e-9)
        assert r_squared > 0.97
    values = bench.rows("SELECT sample_id, value, scale FROM result.measurements WHERE target = 'RNaseP'")
    assert {str(s): -float(str(v)) for s, v, scale in values if scale == "log2"} == pytest.approx(
        {s: found[s, "RNaseP"]["delta_cq"] for s in samples}
    )
    bench.edit("study.yaml", "method: pfaffl", "method: ddcq")
    bench.night()
    plain = fold_changes(bench)
    for sample in samples:
        first, mine = ([plain[s, t]["mean_cq"] for t in ("RNaseP", "IPC")] for s in (samples[0], sample))
        expected = 2 ** (first[0] - first[1] - mine[0] + mine[1])
        assert plain[sample, "RNaseP"]["fold_change"] == pytest.approx(expected, rel=1e-9)
