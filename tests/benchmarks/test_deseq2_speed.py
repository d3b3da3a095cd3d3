"""DESeq2 in R, pydeseq2 as it stands and ours on the same counts in one run: CPU time, peak memory, features found.

Each runs in a process of its own with one BLAS thread. CPU time (user and system, all threads) is counted from size
factors to the table of results, after packages and counts are loaded; peak memory is the whole process'. pydeseq2
gets few genes of the larger data sets, where it would take most of an hour: it is compared per gene.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]
SHARE = 0.33  # of R's CPU time
RUNS = Path(__file__).parent / "deseq2_runs"
ALL = 1_000_000
PEER_FEATURES = 1_000  # of 20,000 for pydeseq2


@pytest.fixture(scope="module", autouse=True)
def _deseq2_in_r() -> None:
    """R and DESeq2, without which there is nothing to compare with."""
    has_deseq2 = "quit(status = !requireNamespace('DESeq2', quietly = TRUE))"
    try:
        subprocess.run(["Rscript", "-e", has_deseq2], check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("R's DESeq2 is not installed")


def test_airway_takes_a_third_of_rs_time_at_most(
    shared: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    samples = pl.read_csv(shared / "reference" / "airway_meta.csv.gz")
    counts = pl.read_csv(shared / "reference" / "airway_counts.csv.gz").select(samples[samples.columns[0]].to_list())
    group = samples["dex"].replace_strict({"untrt": "control", "trt": "treated"})
    pl.DataFrame({"block": samples["cell"], "group": group}).write_csv(tmp_path / "samples.csv")
    np.ascontiguousarray(counts.to_numpy(), dtype=np.int32).tofile(tmp_path / "counts")
    _compare("airway, 64,102 x 8", tmp_path, ALL, record_property)


@pytest.mark.parametrize(("samples", "blocks"), [(100, 1), (100, 2), (500, 1), (500, 2)])
def test_20000_simulated_genes_take_a_third_of_rs_time_at_most(
    samples: int, blocks: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    group = pl.Series("group", [("control", "treated")[i % 2] for i in range(samples)])
    block = pl.Series("block", [f"b{i // 2 % blocks}" for i in range(samples)])
    pl.DataFrame([group] if blocks == 1 else [block, group]).write_csv(tmp_path / "samples.csv")
    _counts(20_000, samples, blocks).tofile(tmp_path / "counts")
    _compare(f"simulated, 20,000 x {samples}, {blocks} blocks", tmp_path, PEER_FEATURES, record_property)


def _counts(features: int, samples: int, blocks: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Features x samples: a tenth of the features differ between groups, libraries differ in size."""
    random = np.random.default_rng(samples)
    level = random.lognormal(4, 1.8, size=(features, 1))
    effect = np.where(random.random((features, 1)) < 0.1, random.normal(size=(features, 1)), 0)
    shift = random.normal(0, 0.3, size=(features, 1)) if blocks > 1 else 0.0
    column = np.arange(samples)
    means = level * 2 ** (effect * (column % 2) + shift * (column // 2 % blocks))
    means = means * random.lognormal(0, 0.3, size=(1, samples))
    dispersion = (0.05 + 2 / level) * random.lognormal(0, 0.5, size=(features, 1))
    size = np.broadcast_to(1 / dispersion, means.shape)
    return random.negative_binomial(size, size / (size + means)).astype(np.int32)


def _compare(name: str, folder: Path, plain_features: int, record_property: Callable[[str, object], None]) -> None:
    features = (folder / "counts").stat().st_size // 4 // pl.read_csv(folder / "samples.csv").height
    few = min(plain_features, features)
    theirs, found_by_r = _run(["Rscript", RUNS / "peer.R", folder, folder / "r"])
    ours, found = _run([sys.executable, RUNS / "ours.py", folder, folder / "ours", features])
    plain, _ = _run([sys.executable, RUNS / "plain.py", folder, folder / "plain", few])
    runs = {"R's DESeq2": theirs, "ours": ours, f"pydeseq2 on {few} features": plain}
    record_property("cpu_seconds_and_peak_mb", runs)
    lines = [f"  {run}: {cpu:.2f} s CPU, {peak:.0f} MB" for run, (cpu, peak) in runs.items()]
    shared, either = len(found & found_by_r), len(found | found_by_r)
    ratio = ours[0] / theirs[0]
    print("\n".join([f"\n{name}: {ratio:.2f} of R's time, {shared} of {either} in both lists", *lines]))  # noqa: T201  # what a benchmark is for
    assert ratio <= SHARE
    assert ours[0] / features < plain[0] / few
    assert ours[1] < theirs[1]
    assert shared >= 0.999 * either


def _run(command: list[object]) -> tuple[tuple[float, float], set[str]]:
    """CPU seconds and peak memory in MB that a program prints, and the features it names in its third argument."""
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": root}
    arguments = [str(part) for part in command]
    printed = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environment, cwd=root).stdout
    cpu, peak = printed.split()[-2:]
    return (float(cpu), float(peak)), set(Path(arguments[3]).read_text().split())
