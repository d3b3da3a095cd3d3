"""Errors that say where, what and what to do, and the three kinds callers tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How far a problem reaches."""

    FATAL = "fatal"  # the study cannot be read: nothing is loaded
    LOCAL = "local"  # one file or contrast is left out: the rest runs
    WARNING = "warning"  # everything runs: a person should look


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a study: where it is, which rule it breaks, what to do."""

    severity: Severity
    file: str  # path relative to the study folder
    place: str  # "line 4, column donor", "sheet Results, row 12", "well B03"; empty for the whole file
    value: str  # what stands there
    rule: str  # stable machine name, e.g. "unknown_sample"
    message: str  # what was found and what was expected
    remedy: str  # what to do about it
    offending_rows: str = ""  # the first rows that break the rule, as JSON

    def __str__(self) -> str:
        """Give the one line that people read."""
        where = f"{self.file}, {self.place}" if self.place else self.file
        message = self.message.rstrip(".")
        end = "" if message.endswith(("?", "!")) else "."
        return f"{where}: {message}{end} {self.remedy}".rstrip()


class BenchlakeError(Exception):
    """Base of every error that the project raises itself."""


class BadInputError(BenchlakeError):
    """A file cannot be used as it is; it is quarantined and the rest goes on."""

    def __init__(self, *problems: Problem) -> None:
        """Take every problem found, not only the first."""
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class UserError(BenchlakeError):
    """The user's mistake: exit 2, one clear message, no traceback."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        """Take one sentence that names the remedy, and the problems behind it."""
        super().__init__(message)
        self.problems = problems


class TransientError(BenchlakeError):
    """The outside failed for now (network, object store): worth a retry."""


class DeclarationError(BenchlakeError):
    """A table, parser or analysis is declared wrongly: a bug, found at import."""


def bad_input(file: str, place: str, rule: str, message: str, remedy: str, value: str = "") -> BadInputError:
    """Build the error for a file's single problem."""
    return BadInputError(Problem(Severity.LOCAL, file, place, value, rule, message, remedy))


def warning(file: str, place: str, rule: str, message: str, remedy: str, value: str = "") -> Problem:
    """Build a warning: everything runs, a person should look."""
    return Problem(Severity.WARNING, file, place, value, rule, message, remedy)
