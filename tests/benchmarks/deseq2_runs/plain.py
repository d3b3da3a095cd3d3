"""pydeseq2 as it stands, on one CPU. plain.py <folder> <significant features, written> <features>."""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from pydeseq2.dds import DeseqDataSet
from pydeseq2.ds import DeseqStats

folder, to, most = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
samples = pd.read_csv(folder / "samples.csv")
samples.index = [f"s{i:03d}" for i in range(len(samples))]
counts = np.fromfile(folder / "counts", dtype=np.int32).reshape(-1, len(samples))[:most]
table = pd.DataFrame(counts.T, index=samples.index, columns=[str(i) for i in range(len(counts))])
warnings.simplefilter("ignore")
before = time.process_time()
fitted = DeseqDataSet(
    counts=table, metadata=samples, design="~" + " + ".join(samples.columns), quiet=True, n_cpus=1, low_memory=True
)
fitted.deseq2()
tests = DeseqStats(fitted, contrast=["group", "treated", "control"], quiet=True, n_cpus=1)
tests.summary()
used = time.process_time() - before
found = tests.results_df
to.write_text("\n".join(found.index[(found["padj"] < 0.05) & (found["log2FoldChange"].abs() > 1)]))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
sys.stdout.write(f"{used} {int(peak.split()[1]) / 1024}")
