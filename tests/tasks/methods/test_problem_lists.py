from __future__ import annotations

from schemas.errors import Problem, Severity
from tasks.methods.problem_lists import SCREEN, listed, rank, shown


def problem(severity: Severity, file: str, line: int) -> Problem:
    return Problem(severity, file, f"line {line}", "x", "rule", "something\nis wrong", "Correct it.")


MANY = [problem(Severity.WARNING, "files.csv", n) for n in range(100, 0, -1)]
LOCAL = problem(Severity.LOCAL, "files.csv", 7)
FATAL = problem(Severity.FATAL, "layouts/p.csv", 3)


def test_the_most_serious_come_first_then_sheets_in_reading_order_then_lines() -> None:
    samples = problem(Severity.WARNING, "samples.csv", 90)
    ranked = rank([*MANY, LOCAL, FATAL, samples, LOCAL])
    assert ranked[:4] == [FATAL, LOCAL, samples, problem(Severity.WARNING, "files.csv", 1)]
    assert len(ranked) == 103


def test_a_long_list_is_cut_to_a_screen_and_says_how_to_see_the_rest() -> None:
    lines = listed([*MANY, LOCAL, FATAL], study="my-study")
    assert len(lines) == SCREEN
    assert lines[0] == "fatal: layouts/p.csv, line 3: something is wrong. Correct it."
    assert lines[-1] == "… and 83 more (83 warning); all of them: benchlake check my-study --all"


def test_a_short_or_unlimited_list_is_whole() -> None:
    assert listed([], study="s") == []
    assert len(listed(MANY[:SCREEN], study="s")) == SCREEN
    assert len(listed(MANY, study="s", limit=None)) == 100
    assert all("\n" not in line for line in listed(MANY, study="s", limit=None))


def test_a_value_is_quoted_on_one_short_line() -> None:
    assert shown("two\nlines") == "two lines"
    assert len(shown("x" * 500)) == 60
