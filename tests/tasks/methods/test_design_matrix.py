from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.design_matrix import defect, design

Metadata = dict[str, dict[str, str]]


def paired(*levels: str, donors: int = 3) -> Metadata:
    return {f"{c}{d}": {"condition": c, "donor": f"d{d}"} for c in levels for d in range(donors)}


def test_a_contrast_of_any_two_levels_is_the_difference_of_their_coefficients() -> None:
    model = design(paired("il1b", "usc", "exo"), variable="condition", blocking=["donor"], first="il1b")
    assert model.formula == "~ donor + condition"
    assert model.columns[-2:] == (("condition", "exo"), ("condition", "usc"))
    assert model.residual_df == 9 - 5
    assert model.contrast(reference="usc", target="exo").tolist() == [0, 0, 0, 1, -1]
    assert model.contrast(reference="il1b", target="usc").tolist() == [0, 0, 0, 0, 1]
    means = np.linalg.lstsq(model.matrix, np.array([1.0] * 3 + [2.0] * 3 + [5.0] * 3), rcond=None)[0]
    assert model.contrast(reference="usc", target="exo") @ means == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("metadata", "blocking", "words"),
    [
        (paired("a", "b"), ["donor"], None),
        (paired("a", "b"), [], None),
        ({s: r for s, r in paired("a", "b").items() if s not in ("b0", "b1")}, [], "'b' has one sample (b2)"),
        (paired("a"), [], "'b' has no sample"),
        (
            {s: r | {"batch": r["condition"]} for s, r in paired("a", "b").items()},
            ["batch"],
            "no batch has both a and b",
        ),
        ({s: r | {"batch": s} for s, r in paired("a", "b").items()}, ["batch"], "no batch has both a and b"),
        (
            {s: r | {"batch": f"{i % 3}{i % 2}"} for i, (s, r) in enumerate(paired("a", "b").items())},
            ["batch"],
            "batch",
        ),
    ],
)
def test_a_design_that_cannot_be_fitted_is_refused_in_words(
    metadata: Metadata, blocking: list[str], words: str | None
) -> None:
    found = defect(metadata, variable="condition", blocking=blocking, levels=("a", "b"))
    assert found is None if words is None else words in str(found)


def test_a_design_without_residual_degrees_of_freedom_is_refused() -> None:
    metadata = paired("a", "b", donors=2)
    for index, row in enumerate(metadata.values()):
        row["batch"] = "x" if index in (0, 3) else "y"
    found = defect(metadata, variable="condition", blocking=["donor", "batch"], levels=("a", "b"))
    assert "no degrees of freedom" in str(found)
