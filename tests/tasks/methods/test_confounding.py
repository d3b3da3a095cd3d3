from __future__ import annotations

import pytest

from schemas.sheets import ContrastRow, SampleRow
from tasks.methods.confounding import confounded

CONTRAST = ContrastRow(id="x", reference="a", target="b")


def samples(column: str, first: str, second: str) -> list[SampleRow]:
    """Three samples of each group; a letter of ``first`` and ``second`` is a level of ``column``."""
    rows = [("a", level) for level in first] + [("b", level) for level in second]
    cells = [
        {column: level} if column in SampleRow.model_fields else {"attributes": {column: level}} for _, level in rows
    ]
    return [
        SampleRow.model_validate({"sample": f"S{i}", "condition": c, **cell})
        for i, ((c, _), cell) in enumerate(zip(rows, cells, strict=True), start=1)
    ]


@pytest.mark.parametrize(
    ("column", "first", "second", "is_told"),
    [
        ("batch", "xxx", "yyy", True),
        ("batch", "xxz", "yyy", True),
        ("batch", "xxy", "yyx", False),
        ("batch", "xyz", "uvw", False),  # a name for each sample
        ("batch", "xx-", "yyy", False),  # not known everywhere
        ("culture_date", "xxx", "yyy", True),
        ("donor", "xxx", "yyy", True),
        ("donor", "xyz", "uvw", False),
        ("seq_run", "xxx", "yyy", True),
        ("dose", "xxx", "yyy", False),  # is the treatment
    ],
)
def test_a_column_that_goes_along_with_the_treatment_is_told(
    column: str, first: str, second: str, *, is_told: bool
) -> None:
    found = list(confounded(samples(column, first, second), CONTRAST))
    assert [c for c, _ in found] == ([column] if is_told else [])
    if is_told:
        assert f"condition goes along with {column}: a has only {column} x" in found[0][1]


def test_columns_of_the_design_are_not_looked_at() -> None:
    for used in ({"blocking": ["batch"]}, {"random": "batch"}, {"variable": "batch", "reference": "x", "target": "y"}):
        contrast = CONTRAST.model_copy(update=used)
        assert list(confounded(samples("batch", "xxx", "yyy"), contrast)) == []
    assert list(confounded(samples("batch", "xxx", "yyy"), CONTRAST, "batch")) == []
