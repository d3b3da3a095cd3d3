from __future__ import annotations

import pytest

from tasks.methods.dilutions import Dilution, checked, resolve


@pytest.mark.parametrize(
    ("stated", "declared", "is_applied", "expected"),
    [
        (None, None, True, Dilution(None, None, None, "dilution_missing")),
        (None, 500.0, True, Dilution(500.0, "files.csv", 500.0)),
        (1000.0, None, True, Dilution(1000.0, "file", 1.0)),
        (1000.0, 1000.0, True, Dilution(1000.0, "file", 1.0)),
        (1000.0, 100.0, True, Dilution(1000.0, "file", None, "dilution_disagrees")),
        (1000.0, None, False, Dilution(1000.0, "file", 1000.0)),
    ],
)
def test_a_dilution_is_applied_once_whoever_states_it(
    stated: float | None, declared: float | None, is_applied: object, expected: Dilution
) -> None:
    assert resolve(stated, declared, is_applied=bool(is_applied)) == expected


APPLIED = Dilution(1000.0, "file", 1.0)
CHAMBER = 1.4e9  # 150 particles in a frame of 0.1 nL


@pytest.mark.parametrize(
    ("printed", "stated", "per_frame", "flag"),
    [
        (CHAMBER * 1e3, CHAMBER * 1e3, 150.0, None),
        (CHAMBER * 1e6, CHAMBER * 1e6, 150.0, "dilution_twice"),
        (CHAMBER, CHAMBER, 150.0, "dilution_not_applied"),
        (CHAMBER * 1e6, CHAMBER * 1e3, None, "dilution_twice"),
        (CHAMBER * 1e6, None, None, None),
        (CHAMBER * 1e6, None, 0.0, None),
    ],
)
def test_a_dilution_that_cannot_be_is_refused(
    printed: float, stated: float | None, per_frame: float | None, flag: str | None
) -> None:
    found = checked(APPLIED, printed=printed, stated=stated, per_frame=per_frame)
    assert found.flag == flag
    assert (found.multiplier is None) is (flag is not None)


def test_small_dilutions_are_believed() -> None:
    small = Dilution(2.0, "file", 1.0)
    assert checked(small, printed=4 * CHAMBER, stated=None, per_frame=150.0) is small
