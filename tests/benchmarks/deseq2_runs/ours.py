"""Our fit from size factors to the table of results. ours.py <folder> <significant features, written> <features>."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pydeseq2.utils  # noqa: F401  # packages are loaded before the clock starts, as in R

from tasks.methods import deseq2
from tasks.methods.deseq2_tests import wald_table
from tasks.methods.design_matrix import design
from tasks.methods.size_factors import median_of_ratios

folder, to, most = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
samples = pl.read_csv(folder / "samples.csv")
blocking = [name for name in samples.columns if name == "block"]
metadata = {f"s{i:03d}": row for i, row in enumerate(samples.iter_rows(named=True))}
model = design(metadata, variable="group", blocking=blocking, first="control")
counts = np.fromfile(folder / "counts", dtype=np.int32).reshape(-1, samples.height)[:most].astype(np.int64)
before = time.process_time()
fitted = deseq2.fit(counts, [str(i) for i in range(len(counts))], model, median_of_ratios(counts.astype(np.float64)))
found = wald_table(fitted, reference="control", target="treated", fdr=0.05)
used = time.process_time() - before
is_significant = (pl.col("padj") < 0.05) & (pl.col("log2_fold_change").abs() > 1)
to.write_text("\n".join(found.filter(is_significant)["feature_id"]))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
sys.stdout.write(f"{used} {int(peak.split()[1]) / 1024}")
