from __future__ import annotations

from typing import Annotated

import polars as pl
import pytest
from pydantic import Field

from schemas.base import StudyId, Table, tables
from schemas.checks import Check, checks
from schemas.errors import DeclarationError
from schemas.tables.qpcr_wells import QpcrWell


@pytest.mark.parametrize("table", tables().values(), ids=tables().keys())
def test_every_table_has_checks_with_names_of_their_own(table: type[Table]) -> None:
    names = [check.name for check in checks(table)]
    assert len(set(names)) == len(names)
    assert names[-1] == "key_unique"


def test_a_declaration_implies_its_checks() -> None:
    found = {check.name: check for check in checks(QpcrWell)}
    assert found["cq_between"].rule == "must be at least 0 cycle and at most 60 cycle"
    assert "cq_not_null" not in found
    assert found["task_in_set"].values[:2] == ("unknown", "ntc")
    assert found["key_unique"].columns == QpcrWell.key


def test_a_capturing_pattern_is_a_wrong_declaration() -> None:
    class Lid(Table, name="core.lids", key=("study_id",)):
        """One lid."""

        study_id: StudyId
        code: Annotated[str, Field(pattern="^(a|b)$", description="Code.")]

    with pytest.raises(DeclarationError, match=r"core\.lids\.code: write \(\?:…\)"):
        checks(Lid)


@pytest.mark.parametrize(
    ("check", "values", "offending"),
    [
        (Check("not_null", ("x",), ""), [1.0, None], [1]),
        (Check("finite", ("x",), ""), [1.0, float("-inf"), None], [1]),
        (Check("between", ("x",), "", ge=0, le=1), [-0.1, 0, 1, 1.1, None], [0, 3]),
        (Check("between", ("x",), "", gt=0, lt=1), [0.0, 0.5, 1, None], [0, 2]),
        (Check("in_set", ("x",), "", values=("a",)), ["a", "A", None], [1]),
        (Check("matches", ("x",), "", pattern="^a$"), ["a", "a\n", None, "ba"], [1, 3]),
        (Check("unique", ("x",), ""), ["a", "b", "a", None, None], [0, 2, 3, 4]),
    ],
    ids=lambda v: v.kind if isinstance(v, Check) else "",
)
def test_offending_rows_are_found(check: Check, values: list[object], offending: list[int]) -> None:
    frame = pl.DataFrame({"x": values}, strict=False)
    assert frame.select(check.offends().arg_true()).to_series().to_list() == offending
    assert check.is_broken(frame)
    good = frame.filter(~check.offends())
    assert not check.is_broken(good)
