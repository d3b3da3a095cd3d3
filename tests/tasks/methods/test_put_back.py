from __future__ import annotations

import polars as pl
import pytest

from schemas.sheets import ExclusionRow
from tasks.methods.put_back import LeftOut, changed, left_out, listed, put_back, with_words

OBJECTS = {"plate.csv": "o1", "qpcr.txt": "o2"}
WELLS = pl.DataFrame(
    {
        "object_id": ["o1", "o1", "o1"],
        "well": ["B07", "B08", "A01"],
        "sample_id": ["s1", "s2", None],
        "time_h": [24.0, 24.0, 24.0],
    }
)
CQ = pl.DataFrame(
    {"object_id": ["o2"] * 3, "well": ["B07", "C07", "D07"], "sample_id": ["s1"] * 3,
     "target": ["ACAN", "SOX9", "GAPDH"]}
)  # fmt: skip


def exclusion(**given: str) -> ExclusionRow:
    return ExclusionRow.model_validate({"reason": "bubble"} | given)


def measured(**columns: list[object]) -> pl.DataFrame:
    count = len(next(iter(columns.values())))
    given: dict[str, list[object]] = {
        "experiment": ["main"] * count,
        "measure": ["viability"] * count,
        "target": [""] * count,
        "sample_id": [f"s{i}" for i in range(1, count + 1)],
        "time_h": [24.0] * count,
        "block_id": [None] * count,
        "is_excluded": [False] * count,
        "na_reason": [None] * count,
    }
    types = {"block_id": pl.String, "na_reason": pl.String, "value": pl.Float64, "time_h": pl.Float64}
    return pl.DataFrame(given | columns, schema_overrides=types)


def test_exclusions_are_named_by_place_and_reason() -> None:
    rows = [
        exclusion(file="plate.csv", well="B07"),
        exclusion(file="plate.csv", reason="wet; lid"),
        exclusion(sample="s3", reason="contaminated"),
        exclusion(file="plate.csv", sample="s1"),
        exclusion(file="gone.csv", well="B07"),
    ]
    assert [(one.object_id, one.words) for one in left_out([*rows, rows[0]], OBJECTS)] == [
        ("o1", "well B07 of plate.csv (bubble)"),
        ("o1", "file plate.csv (wet, lid)"),
        (None, "culture s3 (contaminated)"),
        ("o1", "culture s1 of plate.csv (bubble)"),
    ]


def test_only_cultures_with_another_value_or_one_more_are_changed() -> None:
    before = measured(value=[1.0, 2.0, 3.0, 4.0, None], is_excluded=[False, False, True, False, False])
    after = measured(value=[1.0 + 1e-15, 2.5, 3.0, None, None])
    assert changed(before, after)["sample_id"].to_list() == ["s2", "s3", "s4"]
    assert changed(before.clear(), after).height == after.height


@pytest.mark.parametrize(
    ("left", "culture", "named"),
    [
        ([("o1", "B07", None)], "s1", "B07"),
        ([("o1", "B07", None), ("o1", "B08", None)], "s2", "B08"),
        ([("o1", "B07", None), ("o1", "A01", None)], "s3", "B07; A01"),
        ([("o1", "A01", None), (None, None, "s2")], "s2", "s2"),
    ],
)
def test_a_culture_has_its_own_wells_named_and_through_blanks_all(
    left: list[tuple[str | None, str | None, str | None]], culture: str, named: str
) -> None:
    known = [LeftOut(o, w, s, w or str(s)) for o, w, s in left]
    rows = with_words(measured(value=[1.0, 2.0, 3.0]), [WELLS], known, {""})
    assert rows.filter(sample_id=culture)["put_back"].to_list() == [named]


def test_a_reference_gene_is_named_for_every_target_and_another_target_is_not() -> None:
    left = [LeftOut("o2", well, None, well) for well in ("B07", "C07", "D07")]
    rows = measured(value=[1.0, 2.0], target=["Acan", "SOX9"], sample_id=["s1", "s1"])
    assert with_words(rows, [CQ], left, {"ACAN", "SOX9"})["put_back"].to_list() == ["B07; D07", "C07; D07"]


def test_another_quantity_is_no_reference_gene_although_its_exclusion_changed_nothing() -> None:
    left = [LeftOut("o2", well, None, well) for well in ("B07", "C07")]
    rows = measured(value=[1.0], target=["ACAN"], sample_id=["s1"])
    assert with_words(rows, [CQ], left, {"ACAN", "SOX9"})["put_back"].to_list() == ["B07"]


def test_a_value_that_is_still_missing_is_said_to_be() -> None:
    rows = measured(value=[None], na_reason=["too_many_wells_lost"])
    (words,) = with_words(rows, [WELLS], [LeftOut("o1", "B07", None, "B07")], {""})["put_back"]
    assert words == "B07, still without a value: too many wells lost"


def test_families_that_nothing_is_left_out_of_are_not_repeated() -> None:
    rows = measured(value=[1.0, 2.0, 3.0], time_h=[24.0, 24.0, 72.0], is_excluded=[False, True, False])
    back = rows.filter("is_excluded").drop("is_excluded").with_columns(put_back=pl.lit("well B08 (bubble)"))
    whole = put_back(rows, back, ("measure", "target", "time_h")).sort("sample_id")
    assert whole.select("sample_id", "is_excluded", "put_back").rows() == [
        ("s1", False, None),
        ("s2", False, "well B08 (bubble)"),
    ]
    assert put_back(rows, back.clear(), ("measure", "target", "time_h")).is_empty()


def test_several_exclusions_are_listed_once_each() -> None:
    assert listed([None, "a; b", "b", "c; a"]) == "a; b; c"
    assert not listed([None])
