"""comparisons.csv against the study: every family of group tests names things that exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from schemas.errors import Problem, Severity
from schemas.sheets import ComparisonRow, SampleRow
from schemas.study_yaml import StudyYaml
from schemas.vocabulary import Assay
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown

NAME = "comparisons.csv"
COLUMNS = ("id", "assays", "experiment", "conditions", "pairs", "time_h")
LISTS = ("assays", "conditions", "pairs")
_ALL = ["*"]


def default_comparisons() -> list[ComparisonRow]:
    """All conditions measured in an assay and experiment."""
    return [ComparisonRow(id="all")]


def checked_comparison(
    row: ComparisonRow, config: StudyYaml, samples: Sequence[SampleRow]
) -> tuple[ComparisonRow, list[Problem]]:
    """The comparison, with the reason why it cannot run where there is one, and everything found about it."""
    problems: list[Problem] = []
    conditions = config.condition_ids
    assays = list(get_args(Assay))

    def local(column: str, value: str, rule: str, message: str, remedy: str) -> None:
        place = f"line {row.line}, column {column}"
        problems.append(Problem(Severity.LOCAL, NAME, place, shown(value), rule, message, remedy))

    def exists(column: str, what: str, value: str, known: Sequence[str]) -> bool:
        if value in known:
            return True
        remedy = KnownIds(known).suggestion(value, f"Use one of {', '.join(map(shown, known))}.")
        local(column, value, f"unknown_{what}", f"'{shown(value)}' is no {what} of this study", remedy)
        return False

    for assay in row.assays if row.assays != _ALL else ():
        exists("assays", "assay", assay, assays)
    if row.experiment != "*" and samples:
        exists("experiment", "experiment", row.experiment, list(dict.fromkeys(s.experiment for s in samples)))
    named = conditions if row.conditions == _ALL else row.conditions
    known = [exists("conditions", "condition", c, conditions) for c in named]
    if all(known) and len(set(named)) < 2:  # noqa: PLR2004 -- a comparison has two sides
        message = f"only one condition is compared ({', '.join(map(shown, named))})"
        local("conditions", "", "too_few_conditions", message, "Name at least two, or `*` for all.")
    for pair in row.pairs if row.pairs not in (["all"], ["reference"]) else ():
        sides = [side.strip() for side in pair.split(">")]
        if len(sides) != 2 or not all(sides):  # noqa: PLR2004 -- a>b
            message = f"'{shown(pair)}' is no pair"
            local("pairs", pair, "unknown_pair", message, "Write all, reference, or pairs like control>treated.")
        elif sides[0] == sides[1]:
            local("pairs", pair, "unknown_pair", f"'{shown(pair)}' compares a condition with itself", "Name two.")
        else:
            for side in sides:
                if exists("pairs", "condition", side, conditions) and side not in named:
                    message = f"'{shown(side)}' of pair '{shown(pair)}' is not among the conditions of this row"
                    local("pairs", pair, "unknown_pair", message, "Add it to conditions.")
    reason = f"{problems[0].message}. {problems[0].remedy}" if problems else None
    pairs = [">".join(side.strip() for side in pair.split(">")) for pair in row.pairs]
    return row.model_copy(update={"problem": reason, "pairs": pairs}), problems
