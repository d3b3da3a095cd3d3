from __future__ import annotations

import pytest

from tasks.methods.instrument_times import iso_times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7/19/2023 3:27:29 PM", "2023-07-19T15:27:29"),
        ("12/12/2023 12:09:58 AM", "2023-12-12T00:09:58"),
        ("3/24/2022 9:06", "2022-03-24T09:06:00"),
        ("20231120 163016", "2023-11-20T16:30:16"),
        ("2015-07-21T08:14:29-05:00", "2015-07-21T08:14:29"),
        ("10:20:38 22/03/2016", "2016-03-22T10:20:38"),
        ("2024-03-05", "2024-03-05"),
        ("29 Sep 2023  5:21:32 PM", "2023-09-29T17:21:32"),
        ("1-March-2024", "2024-03-01"),
        ("Mar 1, 2024 08:00", "2024-03-01T08:00:00"),
        ("31 Feb 2024", None),
        ("12 Odd 2024", None),
        ("13/13/2020", None),
        ("soon", None),
        (None, None),
    ],
)
def test_times_become_iso_text(text: str | None, expected: str | None) -> None:
    assert iso_times([text]) == [expected]


def test_one_text_proves_the_order_of_all() -> None:
    assert iso_times(["3/5/2020", "25/5/2020"]) == ["2020-05-03", "2020-05-25"]
    assert iso_times(["3/5/2020"]) == ["2020-03-05"]
    assert iso_times(["3/5/2020"], is_day_first=True) == ["2020-05-03"]
    assert iso_times(["3/5/2020", "5/25/2020"], is_day_first=True) == ["2020-03-05", "2020-05-25"]
