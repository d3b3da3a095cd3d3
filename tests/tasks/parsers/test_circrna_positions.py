"""What circRNA tools without a header have in common: a position that is no number is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import parsers
from tests.tasks.parsers.circrna_exports import SEPARATORS, rows
from tests.tasks.parsers.count_files import context, raw_file


@pytest.mark.parametrize("tool", SEPARATORS)
@pytest.mark.parametrize("cell", ["", "x", "-4", "1.5", "1e300"])
def test_a_position_that_is_no_whole_number_is_refused_with_its_line(
    shared: Path, tmp_path: Path, tool: str, cell: str
) -> None:
    cells = rows(shared, tool)
    at = 200 % len(cells)
    cells[at][1] = cell
    raw = raw_file(tmp_path, "\n".join(map(SEPARATORS[tool].join, cells)), f"landing/S1_{tool}.txt")
    with pytest.raises(BadInputError) as error:
        parsers()[tool].parse(raw, context(["S1"]))
    (problem,) = error.value.problems
    assert (problem.rule, problem.place) == ("not_a_number", f"line {at + 1}, start")
    assert "copy" in problem.remedy
