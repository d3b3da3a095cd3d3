"""Samples as points, as rows of the tables of quality. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.methods.sample_space import (
    Components,
    distances,
    far_samples,
    group_distances,
    misplaced_samples,
    most_variable,
    principal_components,
    without_blocks,
)

Floats = npt.NDArray[np.float64]
SHOWN = 4  # components of which each sample's coordinate is kept
LISTED = 10  # components whose share is kept
PAIR = 2


@dataclass(frozen=True)
class Space:
    """Samples with their groups, values (features x samples), components and distances.

    ``compared``: distances over the most variable features, without the effects of blocking columns.
    """

    samples: tuple[str, ...]
    groups: tuple[str, ...]
    values: Floats
    scale: str
    components: Components
    feature_count: int
    between: Floats
    compared: Floats

    def component_rows(self) -> list[dict[str, Any]]:
        """Share of each component."""
        about = {"scale": self.scale, "sample_count": len(self.samples), "feature_count": self.feature_count}
        shares = self.components.shares[: min(LISTED, len(self.samples) - 1)]
        return [about | {"component": i + 1, "explained_percent": float(100 * s)} for i, s in enumerate(shares)]


def space_of(
    values: Floats, samples: Sequence[str], groups: Sequence[str], blocks: Sequence[Sequence[str]], scale: str
) -> Space | None:
    """Place the samples; null for fewer than two samples or no feature."""
    if len(samples) < PAIR or not len(values):
        return None
    top = most_variable(values)
    adjusted = most_variable(without_blocks(values, groups, blocks))
    return Space(
        tuple(samples), tuple(groups), values, scale, principal_components(top), len(top), distances(values),
        distances(adjusted),
    )  # fmt: skip


def space_rows(space: Space) -> pl.DataFrame:
    """One row per sample: ``pc1`` to ``pc4``, distances to groups and hints, as ``result.expression_quality`` has them.

    A component that the number of samples does not allow is null.
    """
    near = group_distances(space.compared, space.groups)
    far, misplaced = far_samples(near.own), misplaced_samples(space.compared, space.groups)
    coordinates = space.components.coordinates[:, : len(space.samples) - 1]
    usual = float(np.nanmedian(near.own)) if not np.isnan(near.own).all() else 0.0
    rows = []
    for i, (sample, group) in enumerate(zip(space.samples, space.groups, strict=True)):
        swap = (
            f"{sample} lies among the samples of {near.nearest[i]} (distance {near.nearest_distance[i]:.1f}), not of "
            f"its own {group} ({near.own[i]:.1f}): labels swapped?"
        )
        away = (
            f"{sample} is {near.own[i] / usual:.1f} times as far from its group as the usual sample" if far[i] else None
        )
        rows.append(
            {"sample_id": sample, "sample_group": group, "nearest_group": near.nearest[i]}
            | {f"pc{k + 1}": float(coordinates[i, k]) if k < coordinates.shape[1] else None for k in range(SHOWN)}
            | {"own_group_distance": _known(near.own[i]), "nearest_group_distance": _known(near.nearest_distance[i])}
            | {"outlier_sample_hint": away, "swap_hint": swap if misplaced[i] else None}
        )
    kinds = dict.fromkeys(("own_group_distance", "nearest_group_distance", "pc1", "pc2", "pc3", "pc4"), pl.Float64)
    texts = dict.fromkeys(("outlier_sample_hint", "swap_hint", "nearest_group"), pl.String)
    return pl.DataFrame(rows, schema_overrides={**kinds, **texts}, infer_schema_length=None)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def distance_rows(space: Space) -> pl.DataFrame:
    """One row per two samples: ``sample_a`` before ``sample_b``, ``distance, correlation`` (Pearson)."""
    order = np.argsort(np.array(space.samples))
    names = [space.samples[i] for i in order]
    one, other = np.triu_indices(len(names), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        related = np.atleast_2d(np.corrcoef(space.values, rowvar=False))[np.ix_(order, order)][one, other]
    return pl.DataFrame(
        {
            "sample_a": [names[i] for i in one],
            "sample_b": [names[i] for i in other],
            "distance": space.between[np.ix_(order, order)][one, other],
            "correlation": np.clip(related, -1, 1),
        }
    ).with_columns(pl.col("correlation").fill_nan(None))
