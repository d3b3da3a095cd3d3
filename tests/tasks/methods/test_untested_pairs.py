from __future__ import annotations

from typing import Any

from tasks.methods.untested_pairs import untested


def pair(group: str, reason: str | None, **more: object) -> dict[str, Any]:
    row = {"group_a": "control", "group_b": group, "measure": "viability", "target": "", "time_h": 24.0}
    return row | {"role": "primary", "na_reason": reason} | more


def test_pairs_without_a_p_value_are_counted_and_named_by_reason() -> None:
    rows = [pair("il1b", "n_below_2"), pair("usc", "n_below_2"), pair("exo", "missing_group"), pair("gw", None)]
    assert untested([*rows, pair("il1b", "n_below_2", role="as_published")]) == (
        "3 of 4 pairs could not be tested: a group has only one value (2: control and il1b, viability at 24 h; "
        "control and usc, viability at 24 h), a group has no value (1: control and exo, viability at 24 h)"
    )


def test_nothing_is_said_where_all_pairs_were_tested() -> None:
    assert untested([pair("il1b", None)]) is None
    assert untested([]) is None


def test_many_pairs_are_counted() -> None:
    told = untested([pair(f"c{i}", "no_variance", target="SOX9", time_h=None) for i in range(9)])
    assert told is not None
    assert told.endswith("control and c2, viability SOX9 and 6 more)")
