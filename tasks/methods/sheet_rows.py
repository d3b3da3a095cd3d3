"""Rows of a sheet to models, every broken cell a problem with line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import Problem, Severity
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown
from tasks.methods.sheets import Row, Sheet

Model = TypeVar("Model", bound=BaseModel)
_LIST = re.compile(r"[;|]")
_OPTIONS = re.compile(r"'([^']*)'")
_WITH_UNIT = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[^\W\d_]+\.?)")
_HOURS = ("h", "h.", "hr", "hrs", "hour", "hours", "std")
_KINDS = {
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected text",
    "list_type": "expected a list",
    "dict_type": "expected names with values",
    "model_type": "expected names with values",
    "model_attributes_type": "expected names with values",
    "finite_number": "expected a finite number",
    "missing": "a value is missing",
    "string_too_short": "a value is missing",
    "too_short": "expected at least one entry",
    "string_pattern_mismatch": "expected small letters, digits, - and _, at most 64, starting with a letter or digit",
}


def listed_values(cell: str) -> list[str]:
    """A semicolon or bar list to its values."""
    return [part.strip() for part in _LIST.split(cell) if part.strip()]


def explained(error: ErrorDetails) -> tuple[str, str, str]:
    """A validation error as rule, message and remedy."""
    kind, value = error["type"], shown(error.get("input"))
    if kind in ("missing", "string_too_short", "too_short"):
        return "missing_value", _KINDS[kind], "Fill it in."
    if kind == "literal_error":
        options = _OPTIONS.findall(str(error.get("ctx", {}).get("expected", ""))) or [
            str(error.get("ctx", {}).get("expected", ""))
        ]
        remedy = KnownIds(options).suggestion(value, "Use one of these.")
        return "wrong_value", f"'{value}' stands where one of {', '.join(options)} was expected", remedy
    if kind in _KINDS:
        remedy = "Put it in quotes." if kind == "string_type" and value in ("True", "False") else "Correct it."
        if kind == "float_parsing" and (found := _WITH_UNIT.fullmatch(value)):
            remedy = f"Write {found['number']}, without {found['unit']}."
            if found["unit"].casefold() in _HOURS:
                remedy = f"Write {found['number']} (hours)."
        return "wrong_type", f"'{value}': {_KINDS[kind]}", remedy
    words = error["msg"].removeprefix("Value error, ").replace("Input should be", "expected").rstrip(".")
    return "wrong_value", f"'{value}': {words}", "Correct it."


def read_rows(
    sheet: Sheet, model: type[Model], lists: Iterable[str] = (), numbers: Iterable[str] = ()
) -> tuple[list[Model], list[Problem]]:
    """Give each row's model; every broken cell is a fatal problem and counts as empty, so that the rest is checked.

    A row that cannot do without the cell is left out.
    ``lists`` are the columns that hold semicolon or bar lists, ``numbers`` those where a
    sheet saved with semicolons may write a decimal comma.
    """
    rows: list[Model] = []
    problems: list[Problem] = []
    is_open = "attributes" in model.model_fields
    lists, numbers = set(lists), set(numbers)
    for row in sheet.rows:
        values: dict[str, Any] = {"line": row.line}
        for column, cell in row.cells.items():
            if column in lists:
                values |= {column: listed_values(cell)} if cell else {}
            elif column not in sheet.extra and cell:
                values[column] = cell.replace(",", ".") if sheet.decimal_comma and column in numbers else cell
        if is_open:
            values["attributes"] = {column: row.cells.get(column, "") for column in sheet.extra}
        try:
            rows.append(model.model_validate(values))
        except ValidationError as error:
            details = error.errors(include_url=False)
            problems.extend(_row_problem(sheet.name, row, detail) for detail in details)
            broken = {str(detail["loc"][0]) for detail in details if detail["loc"]}
            if not any(model.model_fields[column].is_required() for column in broken):
                rows.append(model.model_validate({c: v for c, v in values.items() if c not in broken}))
    return rows, problems


def _row_problem(name: str, row: Row, detail: ErrorDetails) -> Problem:
    column = str(detail["loc"][0]) if detail["loc"] else ""
    rule, message, remedy = explained(detail)
    value = shown(row.cells.get(column, ""))
    return Problem(Severity.FATAL, name, f"line {row.line}, column {column}", value, rule, message, remedy)


def duplicates(sheet: Sheet, column: str) -> list[Problem]:
    """A fatal problem for every row that repeats an id of an earlier row."""
    first: dict[str, int] = {}
    problems = []
    for row in sheet.rows:
        value = row.cells.get(column, "")
        if value and first.setdefault(value, row.line) != row.line:
            message = f"{column} '{shown(value)}' already stands on line {first[value]}"
            place = f"line {row.line}, column {column}"
            remedy = f"Give every row of {sheet.name} its own {column}."
            problems.append(Problem(Severity.FATAL, sheet.name, place, shown(value), "duplicate_id", message, remedy))
    return problems
