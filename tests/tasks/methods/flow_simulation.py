"""Simulated tubes with known fractions: cells, debris and doublets, stained with annexin V and PI or with markers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tasks.methods.flow_tubes import Tube
from tasks.methods.spillover import Spillover

TRUTH = {"live": 0.6, "early_apoptotic": 0.2, "late_apoptotic": 0.15, "necrotic": 0.05}
SPILL = 0.15  # of FITC seen in PE


def channel(number: int, name: str, marker: str | None = None) -> dict[str, Any]:
    kinds = {"FSC": "scatter", "SSC": "scatter", "Tim": "time"}
    return {"number": number, "column": name, "name": name, "marker": marker, "range": 262_144.0, "decades": 0.0,
            "gain": 1.0, "kind": kinds.get(name[:3], "fluorescence")}  # fmt: skip


def channels(**markers: str) -> list[dict[str, Any]]:
    names = ["FSC-A", "FSC-H", "SSC-A", "FITC-A", "PE-A", "Time"]
    return [channel(i, n, markers.get(n.partition("-")[0])) for i, n in enumerate(names, 1)]


STAINED = channels(FITC="Annexin V", PE="PI")


def events(
    fractions: Mapping[str, float],
    *,
    n: int = 20_000,
    seed: int = 1,
    annexin: float = 8_000,
    pi: float = 20_000,
    debris: float = 0.2,
    doublets: float = 0.08,
    spill: float = SPILL,
) -> pl.DataFrame:
    """Events of one tube; ``annexin`` and ``pi`` are the brightness of positive cells, 0 where the stain is lacking."""
    rng = np.random.default_rng(seed)
    names = list(fractions)
    kind = rng.choice(len(names), n, p=[fractions[k] for k in names])
    bright = np.array([name in {"early_apoptotic", "late_apoptotic"} for name in names])[kind]
    dead = np.array([name in {"late_apoptotic", "necrotic"} for name in names])[kind]
    forward = rng.lognormal(np.log(np.where(bright | dead, 75_000, 100_000)), 0.12)
    height = forward * rng.normal(1, 0.03, n)
    side = rng.lognormal(np.log(np.where(dead, 50_000, 35_000)), 0.2)
    is_doublet = rng.random(n) < doublets
    forward, height = np.where(is_doublet, 2.0 * forward, forward), np.where(is_doublet, 1.2 * height, height)
    green = rng.normal(150, 120, n) + np.where(bright, annexin * rng.lognormal(0, 0.35, n), 0)
    red = rng.normal(100, 90, n) + np.where(dead, pi * rng.lognormal(0, 0.3, n), 0)
    is_debris = rng.random(n) < debris
    forward = np.where(is_debris, rng.lognormal(np.log(9_000), 0.35, n), forward)
    height = np.where(is_debris, forward * rng.normal(1, 0.05, n), height)
    side = np.where(is_debris, rng.lognormal(np.log(6_000), 0.4, n), side)
    green = np.where(is_debris, rng.normal(40, 60, n), green)
    red = np.where(is_debris, rng.normal(40, 60, n), red)
    found = {"FSC-A": forward, "FSC-H": height, "SSC-A": side, "FITC-A": green, "PE-A": red + spill * green}
    time = np.sort(rng.random(n) * 60)
    return pl.DataFrame({"data_set": 1, "event": range(1, n + 1), **found, "Time": time}).with_columns(
        pl.col(*found, "Time").cast(pl.Float32)
    )


def row(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any column of core.flow_samples
    found = {"object_id": name, "data_set": 1, "sample_name": name, "sample_id": name, "material_id": None,
             "time_h": 24.0, "panel": "annexin", "run": None, "control": None, "marker": None, "is_excluded": False,
             "keywords": "{}", "channels": json.dumps(STAINED)}  # fmt: skip
    found |= more
    if found["control"]:
        found |= {"sample_id": None}
    return found


def tube(name: str, frame: pl.DataFrame, *, spill: float = SPILL, **more: Any) -> Tube:  # noqa: ANN401 -- as row
    matrix = Spillover(("FITC-A", "PE-A"), ((1.0, spill), (0.0, 1.0))) if spill else None
    return Tube(row(name, **more), frame, matrix, "keyword" if matrix else None)


def unstained(**more: Any) -> pl.DataFrame:  # noqa: ANN401 -- as events
    return events({"live": 1.0}, seed=90, **more)
