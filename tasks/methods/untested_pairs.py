"""One warning for the pairs of groups that a comparison asks for and that could not be tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

_NAMED = 3  # pairs named for a reason
WORDS = {
    "missing_group": "a group has no value",
    "n_below_2": "a group has only one value",
    "no_variance": "all values are equal",
    "zero_within_group_variance": "repeats are equal to the last digit",
    "aliased_with_block": "the groups lie on different plates or donors",
    "no_residual_df": "the blocks use up all values",
    "no_blocks": "the test needs donors or plates with every group, and there are none",
    "incomplete_blocks": "not every donor or plate has every group just once",
}


def untested(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Which pairs of ``result.pairwise_tests`` have no p-value, and why; null where all have one.

    Only the rows that count (``primary``) are looked at; the most frequent reason goes first.
    """
    primary = [row for row in rows if row["role"] == "primary"]
    lost = [row for row in primary if row["na_reason"] is not None]
    if not lost:
        return None
    told = []
    for reason, count in Counter(str(row["na_reason"]) for row in lost).most_common():
        names = list(dict.fromkeys(_name(row) for row in lost if row["na_reason"] == reason))
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        told.append(f"{WORDS.get(reason, reason.replace('_', ' '))} ({count}: {'; '.join(names[:_NAMED])}{more})")
    return f"{len(lost)} of {len(primary)} pairs could not be tested: {', '.join(told)}"


def _name(row: Mapping[str, Any]) -> str:
    about = " ".join(str(row[c]) for c in ("measure", "target") if row[c])
    at = f" at {row['time_h']:g} h" if row["time_h"] is not None else ""
    return f"{row['group_a']} and {row['group_b']}, {about}{at}"
