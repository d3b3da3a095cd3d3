"""contrasts.csv to contrasts: cells, lists and samples left out; default contrasts where there is no sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.errors import Problem, Severity
from schemas.sheets import SAMPLE_COLUMNS, ContrastRow, SampleRow
from schemas.study_yaml import StudyYaml
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown
from tasks.methods.sheet_rows import listed_values, read_rows
from tasks.methods.sheets import Row, Sheet

NAME = "contrasts.csv"
COLUMNS = (
    *("id", "variable", "reference", "target", "blocking", "exclude_samples_col", "exclude_samples_values"),
    *("test", "interaction", "random"),
)


@dataclass(frozen=True)
class Asked:
    """A contrast and whether its blocking was left open."""

    contrast: ContrastRow
    is_open: bool
    is_default: bool = False


def default_contrasts(config: StudyYaml, samples: Sequence[SampleRow]) -> list[Asked]:
    """Each condition that has cultures against the first."""
    present = {s.condition for s in samples}
    return [
        Asked(ContrastRow(id=f"{c}_vs_{config.reference}", reference=config.reference, target=c), True, True)
        for c in config.condition_ids[1:]
        if c in present
    ]


def read_contrasts(sheet: Sheet, samples: Sequence[SampleRow]) -> tuple[list[Asked], list[Problem]]:
    """Give the sheet's contrasts with the samples that they leave out, and broken cells as problems."""
    open_lines, rows = set(), []
    problems: list[Problem] = []
    excluded: dict[int, list[str]] = {}
    for row in sheet.rows:
        cells = dict(row.cells)
        by, values = cells.pop("exclude_samples_col", ""), cells.pop("exclude_samples_values", "")
        excluded[row.line], wrong = _excluded(row.line, by, listed_values(values), samples)
        problems += wrong
        blocking = cells.get("blocking", "")
        if not blocking:
            open_lines.add(row.line)
        if blocking.casefold() == "none":
            cells["blocking"] = ""
        cells |= {column: value.casefold() for column in ("test",) if (value := cells.get(column, ""))}
        cells |= {column: "" for column in ("interaction", "random") if cells.get(column, "").casefold() == "none"}
        rows.append(Row(row.line, cells))
    found, broken = read_rows(replace(sheet, rows=tuple(rows)), ContrastRow, lists=["blocking"])
    first_wrong = {p.place.split(",")[0]: p for p in reversed(problems) if p.severity is Severity.LOCAL}
    asked = []
    for contrast in found:
        wrong_exclusion = first_wrong.get(f"line {contrast.line}")
        update = {
            "excluded_samples": excluded[contrast.line],
            "problem": reason(wrong_exclusion) if wrong_exclusion else None,
        }
        asked.append(Asked(contrast.model_copy(update=update), contrast.line in open_lines))
    return asked, [*broken, *problems]


def reason(problem: Problem) -> str:
    """Why a contrast is skipped, in a sentence with its remedy."""
    return f"{problem.message}. {problem.remedy}".strip()


def _excluded(
    line: int, by: str, values: Sequence[str], samples: Sequence[SampleRow]
) -> tuple[list[str], list[Problem]]:
    if not by and not values:
        return [], []
    place = f"line {line}, column exclude_samples_values"
    if not by or not values:
        message = "exclude_samples_col and exclude_samples_values are filled in together or not at all"
        return [], [Problem(Severity.LOCAL, NAME, place, "", "half_exclusion", message, "Fill in both.")]
    cells = {s.sample: s.level(by) for s in samples}
    if samples and all(cell is None for cell in cells.values()):
        message = f"'{shown(by)}' is no column of samples.csv"
        place = f"line {line}, column exclude_samples_col"
        remedy = known_columns(samples).suggestion(by, "Name a column of samples.csv.")
        return [], [Problem(Severity.LOCAL, NAME, place, shown(by), "unknown_column", message, remedy)]
    problems = []
    for value in values:
        if samples and value not in cells.values():
            message = f"no sample has {shown(by)} '{shown(value)}', so nothing is left out for it"
            remedy = KnownIds(c for c in cells.values() if c).suggestion(value, "Correct or remove it.")
            problems.append(Problem(Severity.WARNING, NAME, place, shown(value), "unknown_level", message, remedy))
    return [sample for sample, cell in cells.items() if cell in values], problems


def known_columns(samples: Sequence[SampleRow]) -> KnownIds:
    """The columns of samples.csv, and the factors of study.yaml that ``with_factors`` added."""
    return KnownIds([*SAMPLE_COLUMNS, *(samples[0].attributes if samples else ())])
