from __future__ import annotations

from pathlib import Path

import flowutils
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.fcs import DataSet, read_fcs
from tasks.methods.spillover import Spillover, compensate, from_keywords, from_single_stains
from tasks.methods.spillover_tables import from_table

CHANNELS = ("FSC-A", "FITC-A", "PE-A")
MATRIX = ((1.0, 0.2), (0.05, 1.0))


def acquisition(path: Path) -> DataSet:
    return read_fcs(memoryview(path.read_bytes()), path.name)[-1]


def medians(path: Path) -> dict[str, float]:
    item = acquisition(path)
    values = item.linear_columns()
    return {c.name: float(np.median(v)) for c, v in zip(item.channels, values, strict=True)}


def test_single_stains_give_the_matrix_that_flowcore_gives(shared: Path) -> None:
    folder = shared / "data/flow/compdata"
    said = dict(line.split(",") for line in (folder / "comp_match").read_text().split()[1:])
    stained = {c: medians(folder / "data" / f) for f, c in sorted(said.items(), key=lambda i: i[1]) if c != "unstained"}
    found = from_single_stains(medians(folder / "data/060909.001"), stained)
    np.testing.assert_allclose(found.array, from_table((folder / "compref").read_text(), "compref").array, rtol=1e-6)
    cytometrists_own = from_table((folder / "compmatrix").read_text(), "compmatrix")
    np.testing.assert_allclose(found.array, cytometrists_own.array, atol=0.02)


def test_real_keywords_and_matrices_compensate_as_flowutils_does(shared: Path) -> None:
    folder = shared / "data/flow/fcs"
    item = acquisition(folder / "lsrii_comp_example.fcs")
    matrix = from_table((folder / "lsrii_comp_example_matrix.csv").read_text(), "matrix")
    names = [c.name for c in item.channels]
    columns = dict(zip(names, item.linear_columns(), strict=True))
    peer = flowutils.compensate.compensate(
        np.column_stack([columns[n] for n in matrix.channels]).astype(np.float64), matrix.array
    )
    found = compensate(columns, matrix)
    np.testing.assert_allclose(np.column_stack([found[n] for n in matrix.channels]), peer, rtol=1e-9, atol=1e-6)
    own = from_keywords(item.keywords, names)
    assert own[1] is None


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        ({"SPILL": "2,FITC-A,PE-A,1,0.2,0.05,1"}, MATRIX),
        ({"$SPILLOVER": "2, FITC-A , PE-A, 1,0.2,0.05,1"}, MATRIX),
        ({"$SPILLOVER": "2,2,3,1,0.2,0.05,1"}, MATRIX),
        ({"$COMP": "3,1,0,0,0,1,0.2,0,0.05,1"}, ((1, 0, 0), (0, 1, 0.2), (0, 0.05, 1))),
        ({"$DFC2TO3": "20", "$DFC3TO2": "5"}, MATRIX),
        ({"$DFC2TO3": "20", "$DFC3TO2": "5", "SPILL": ""}, MATRIX),
    ],
)
def test_keywords_of_all_versions_give_the_matrix(
    keywords: dict[str, str], expected: tuple[tuple[float, ...], ...]
) -> None:
    found, why = from_keywords(keywords, CHANNELS)
    assert why is None
    assert found is not None
    np.testing.assert_allclose(found.array, expected)
    assert found.channels == (CHANNELS if len(expected) == 3 else CHANNELS[1:])


@pytest.mark.parametrize(
    ("keywords", "why"),
    [
        ({"SPILL": "x"}, "SPILL begins with 'x'; the number of channels was expected"),
        ({"SPILL": "2,FITC-A,PE-A,1,0.2,1"}, "SPILL says 2 channels, but has 5 entries"),
        ({"SPILL": "2,FITC-A,APC-A,1,0,0,1"}, "SPILL names 'APC-A', which is no channel of the file"),
        ({"SPILL": "2,PE-A,PE-A,1,0,0,1"}, "SPILL names a channel twice"),
        ({"SPILL": "2,FITC-A,PE-A,1,a,0,1"}, "SPILL has entries that are no numbers"),
        ({"SPILL": "2,FITC-A,PE-A,1,1,1,1"}, "SPILL is a matrix that cannot be inverted"),
        ({"SPILL": "2,FITC-A,PE-A,0.5,0,0,0.5"}, "SPILL has other numbers than 1 for a stain in its own channel"),
        ({"$DFC2TO9": "1"}, "$DFCmTOn names channel 9, the file has 3"),
        ({"$DFC2TO3": "much"}, "$DFC2TO3 says 'much'; a percentage was expected"),
        ({"$DFC2TO3": "100", "$DFC3TO2": "100"}, "$DFCmTOn is a matrix that cannot be inverted"),
    ],
)
def test_a_keyword_that_cannot_be_used_says_why(keywords: dict[str, str], why: str) -> None:
    assert from_keywords(keywords, CHANNELS) == (None, why)


def test_a_file_without_a_matrix_has_none() -> None:
    assert from_keywords({"$PAR": "3"}, CHANNELS) == (None, None)


def test_controls_must_be_brightest_in_their_own_channel() -> None:
    with pytest.raises(ValueError, match="the single stain for B is brightest in A"):
        from_single_stains({"A": 1, "B": 1}, {"A": {"A": 100, "B": 20}, "B": {"A": 90, "B": 80}})
    with pytest.raises(ValueError, match="as dim as the unstained control"):
        from_single_stains({"A": 1, "B": 1}, {"A": {"A": 1, "B": 1}, "B": {"A": 1, "B": 80}})


shares = st.floats(0, 0.4)


@given(st.lists(st.tuples(st.floats(-1e3, 1e5), st.floats(-1e3, 1e5)), min_size=1, max_size=20), shares, shares)
def test_compensation_undoes_spillover(events: list[tuple[float, float]], ab: float, ba: float) -> None:
    matrix = Spillover(("A", "B"), ((1.0, ab), (ba, 1.0)))
    true = np.array(events)
    seen = true @ matrix.array
    found = compensate({"A": seen[:, 0], "B": seen[:, 1]}, matrix)
    np.testing.assert_allclose(np.column_stack([found["A"], found["B"]]), true, rtol=1e-9, atol=1e-6)
    assert Spillover.from_json(matrix.to_json()) == matrix
