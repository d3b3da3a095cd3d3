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


def by_sex(*, donors: bool = False) -> Metadata:
    rows = {
        f"{c}{d}": {"condition": c, "donor": f"d{d}", "sex": "m" if d < 2 else "f"} for c in "abc" for d in range(4)
    }
    return rows if donors else {s: {k: v for k, v in row.items() if k != "donor"} for s, row in rows.items()}


def test_an_interaction_is_the_difference_of_two_differences() -> None:
    model = design(by_sex(), variable="condition", blocking=[], first="a", crossed="sex", crossed_first="m")
    assert model.formula == "~ sex + condition + sex:condition"
    assert model.tested == "sex:condition"
    assert model.columns[-2:] == (("sex:condition", "f:b"), ("sex:condition", "f:c"))
    effects = {("a", "m"): 1, ("b", "m"): 3, ("c", "m"): 4, ("a", "f"): 2, ("b", "f"): 9, ("c", "f"): 5}
    values = np.array([float(effects[row["condition"], row["sex"]]) for row in by_sex().values()])
    means = np.linalg.lstsq(model.matrix, values, rcond=None)[0]
    for reference, target, first, second, expected in (
        ("a", "b", "m", "f", (9 - 2) - (3 - 1)),
        ("b", "c", "m", "f", (5 - 9) - (4 - 3)),
        ("b", "a", "f", "m", (9 - 2) - (3 - 1)),
    ):
        weights = model.contrast(reference=reference, target=target, between=(first, second))
        assert weights @ means == pytest.approx(expected)


def test_donors_stand_for_the_effect_of_a_column_that_they_determine() -> None:
    model = design(by_sex(donors=True), variable="condition", blocking=["donor"], crossed="sex")
    assert model.formula == "~ donor + condition + sex:condition"
    assert np.linalg.matrix_rank(model.matrix) == model.matrix.shape[1] == 4 + 2 + 2
    found = defect(
        by_sex(donors=True), variable="condition", blocking=["donor"], levels="ab", crossed="sex", between="mf"
    )
    assert found is None


def test_an_interaction_needs_samples_in_every_combination() -> None:
    few = {s: row for s, row in by_sex().items() if s not in ("b2", "b3")}
    asked = {"variable": "condition", "blocking": [], "crossed": "sex", "between": ("m", "f")}
    found = defect(few, levels=("a", "b"), **asked)
    assert str(found).startswith("condition 'b' with sex 'f' has no sample")
    found = defect(few, levels=("a", "c"), **asked)
    assert str(found).startswith("no sample is sex f with condition b, and an interaction needs every combination")
