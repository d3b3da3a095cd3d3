"""From counts to moderated t by voom, held against R's limma in the same run: CPU time, numbers and memory.

Both filter, normalise, weigh, fit and test; reading the counts is not part of it. Process times are
compared, one BLAS thread each, so that other work on the machine hardly matters.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.methods import limma
from tasks.methods.design_matrix import design

pytestmark = pytest.mark.bench
SHARE = 0.5  # of R's CPU time
PEER = """
suppressPackageStartupMessages({library(edgeR); library(limma)})
where <- commandArgs(TRUE); features <- as.integer(where[2]); samples <- as.integer(where[3])
counts <- matrix(readBin(where[1], "double", features * samples), features, samples)
rownames(counts) <- seq_len(features) - 1; design <- model.matrix(~rep(c("a", "b"), length.out = samples))
before <- proc.time()
y <- DGEList(counts); y <- calcNormFactors(y[filterByExpr(y, design), , keep.lib.sizes = FALSE])
fit <- eBayes(lmFit(voom(y, design), design))
used <- proc.time() - before
writeLines(paste(rownames(y), sprintf("%.12g", fit$t[, 2])), where[4])
cat(used[1] + used[2], sum(gc()[, 6]))
"""


@pytest.mark.parametrize(("features", "samples"), [(64_000, 8), (20_000, 100), (20_000, 500)])
def test_voom_takes_half_of_rs_time_at_most_and_gives_its_t(
    features: int, samples: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    counts = _counts(features, samples)
    (tmp_path / "counts").write_bytes(np.asfortranarray(counts).tobytes(order="F"))
    (tmp_path / "peer.R").write_text(PEER)
    arguments = [tmp_path / "peer.R", tmp_path / "counts", str(features), str(samples), tmp_path / "t"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    try:
        peer = subprocess.run(
            ["Rscript", *arguments], capture_output=True, text=True, check=True, env=environment
        ).stdout.split()
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.skip(f"R's limma and edgeR are not installed: {error}")
    model = design({f"s{i:03d}": {"group": "ab"[i % 2]} for i in range(samples)}, variable="group", blocking=[])
    start = time.process_time()
    fitted = limma.fit(counts, [str(i) for i in range(features)], model, method="limma_voom")
    found = limma.contrast_table(fitted, reference="a", target="b")
    seconds = time.process_time() - start
    expected = pl.read_csv(tmp_path / "t", separator=" ", has_header=False, new_columns=["feature_id", "t"])
    assert found["feature_id"].to_list() == [str(f) for f in expected["feature_id"]]
    assert np.abs(found["stat"].to_numpy() - expected["t"].to_numpy()).max() < 1e-6
    record_property("cpu_seconds", {"ours": seconds, "r": float(peer[0])})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    record_property("peak_mb", {"our process so far": peak, "r's heap": float(peer[1])})
    own, theirs = f"{seconds:.2f} s, {peak:.0f} MB", f"{float(peer[0]):.2f} s, {float(peer[1]):.0f} MB"
    print(f"\n{features} x {samples}: ours {own}; R {theirs}")  # noqa: T201  # what a benchmark is for
    assert seconds <= SHARE * float(peer[0])


def _counts(features: int, samples: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    random = np.random.default_rng(samples)
    level = random.lognormal(3, 2, size=(features, 1))
    effect = np.where(random.random((features, 1)) < 0.1, random.normal(size=(features, 1)), 0)
    means = level * 2 ** (effect * (np.arange(samples) % 2)) * random.lognormal(0, 0.3, size=(1, samples))
    size = np.broadcast_to(1 / (0.1 + 2 / level), means.shape)
    return random.negative_binomial(size, size / (size + means)).astype(np.float64)
