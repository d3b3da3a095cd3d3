from __future__ import annotations

import re

import numpy as np

from tasks.simulation.design import SEQUENCING
from tasks.simulation.rna_quality import FILES, file_rows, simulate_rna_quality


def test_every_sequenced_culture_is_read_on_every_instrument() -> None:
    drawn = simulate_rna_quality(np.random.default_rng(7))
    assert {row["file"] for row in file_rows()} == drawn.files.keys() == set(FILES.values())
    for data in drawn.files.values():
        cells = re.split("[,<>]", data.decode())
        assert all(cells.count(c.sample) == 1 for c in SEQUENCING)


def test_only_two_cultures_are_out_of_the_usual_range() -> None:
    truth = simulate_rna_quality(np.random.default_rng(7)).truth
    assert truth["samples"].keys() == {c.sample for c in SEQUENCING}
    odd = {n for n, s in truth["samples"].items() if s["rin"] < 7 or s["ratio_260_230"] < 1.5}
    assert odd == {f["sample"] for f in truth["flagged"]}
    assert all(1.8 < s["ratio_260_280"] < 2.2 for s in truth["samples"].values())
