"""contrasts.csv against samples.csv: whether each contrast can be estimated and its blocking is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.errors import Problem, Severity
from schemas.study import SAMPLE_COLUMNS, ContrastRow, SampleRow, StudyYaml
from tasks.methods.estimability import design_rank
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown
from tasks.methods.sheet_rows import listed_values, read_rows
from tasks.methods.sheets import Row, Sheet

NAME = "contrasts.csv"
COLUMNS = ("id", "variable", "reference", "target", "blocking", "exclude_samples_col", "exclude_samples_values")
BLOCKING_OPEN = "blocking_open"
_FEWEST = 2  # cultures of a level that show any spread


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
        rows.append(Row(row.line, cells))
    found, broken = read_rows(replace(sheet, rows=tuple(rows)), ContrastRow, lists=["blocking"])
    first_wrong = {p.place.split(",")[0]: p for p in reversed(problems) if p.severity is Severity.LOCAL}
    asked = []
    for contrast in found:
        wrong_exclusion = first_wrong.get(f"line {contrast.line}")
        update = {
            "excluded_samples": excluded[contrast.line],
            "problem": _reason(wrong_exclusion) if wrong_exclusion else None,
        }
        asked.append(Asked(contrast.model_copy(update=update), contrast.line in open_lines))
    return asked, [*broken, *problems]


def _reason(problem: Problem) -> str:
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
        remedy = _columns(samples).suggestion(by, "Name a column of samples.csv.")
        return [], [Problem(Severity.LOCAL, NAME, place, shown(by), "unknown_column", message, remedy)]
    problems = []
    for value in values:
        if samples and value not in cells.values():
            message = f"no sample has {shown(by)} '{shown(value)}', so nothing is left out for it"
            remedy = KnownIds(c for c in cells.values() if c).suggestion(value, "Correct or remove it.")
            problems.append(Problem(Severity.WARNING, NAME, place, shown(value), "unknown_level", message, remedy))
    return [sample for sample, cell in cells.items() if cell in values], problems


def _columns(samples: Sequence[SampleRow]) -> KnownIds:
    return KnownIds([*SAMPLE_COLUMNS, *(samples[0].attributes if samples else ())])


class _Check:
    """The checks of one contrast; the first local problem is why it is skipped."""

    def __init__(self, asked: Asked, samples: Sequence[SampleRow]) -> None:
        self.contrast, self.asked, self.all_samples = asked.contrast, asked, samples
        self.samples = [s for s in samples if s.sample not in set(self.contrast.excluded_samples)]
        self.problems: list[Problem] = []

    def report(self, severity: Severity, column: str, value: str, rule: str, message: str, remedy: str) -> None:
        if self.asked.is_default:
            place, message = "", f"the study has none; default contrast {self.contrast.id}: {message}"
            remedy = f"{remedy} Write {NAME} with your contrasts."
            if rule == BLOCKING_OPEN:  # the answer is one word, so the sheet can be given
                remedy = _to_paste([self.contrast])
        else:
            place = f"line {self.contrast.line}, column {column}"
        self.problems.append(Problem(severity, NAME, place, shown(value), rule, message, remedy))

    def local(self, column: str, value: str, rule: str, message: str, remedy: str) -> None:
        self.report(Severity.LOCAL, column, value, rule, message, remedy)

    def run(self) -> list[Problem]:
        self.columns()
        if not self.problems:
            self.levels()
        if not self.problems:
            self.pairing()
            self.rank()
        return self.problems

    def columns(self) -> None:
        contrast, known = self.contrast, _columns(self.all_samples)
        named = [("variable", contrast.variable), *(("blocking", b) for b in contrast.blocking)]
        for at, column in named:
            if column not in known.ids:
                remedy = known.suggestion(column, f"Columns are {', '.join(map(shown, known.ids))}.")
                self.local(at, column, "unknown_variable", f"'{shown(column)}' is no column of samples.csv", remedy)
        if contrast.variable in contrast.blocking:
            message = f"{contrast.variable} is compared and held constant at once"
            self.local("blocking", contrast.variable, "aliased", message, "Remove it from blocking.")

    def levels(self) -> None:
        contrast = self.contrast
        levels = KnownIds(cell for s in self.samples if (cell := s.level(contrast.variable)))
        for at, level in (("reference", contrast.reference), ("target", contrast.target)):
            if level not in levels.ids:
                message = (
                    f"no sample{' left' if contrast.excluded_samples else ''} has {contrast.variable} '{shown(level)}'"
                )
                remedy = levels.suggestion(level, f"Use one of {', '.join(map(shown, levels.ids))}.")
                self.local(at, level, "unknown_level", message, remedy)
        if contrast.reference == contrast.target:
            message = f"reference and target are both '{shown(contrast.target)}'"
            self.local("target", contrast.target, "same_level", message, "Name two different levels.")
        for block in contrast.blocking:
            empty = [s.sample for s in self.compared() if not s.level(block)]
            if empty:
                message = f"{len(empty)} compared samples have no {block}, the first is {shown(empty[0])}"
                remedy = f"Fill in {block} in samples.csv, or take it out of blocking."
                self.local("blocking", block, "empty_block", message, remedy)

    def compared(self) -> list[SampleRow]:
        contrast = self.contrast
        return [s for s in self.samples if s.level(contrast.variable) in (contrast.reference, contrast.target)]

    def pairing(self) -> None:
        contrast = self.contrast
        donors: Mapping[str, set[str]] = {contrast.reference: set(), contrast.target: set()}
        for sample in self.compared():
            if sample.donor:
                donors[sample.level(contrast.variable) or ""].add(sample.donor)
        both = donors[contrast.reference] & donors[contrast.target]
        every = donors[contrast.reference] | donors[contrast.target]
        if not both or contrast.variable == "donor":
            return
        count = f"all {len(every)}" if both == every else f"{len(both)} of {len(every)}"
        noun, verb = ("donors", "occur") if len(every) > 1 else ("donor", "occurs")
        count = "the one" if len(every) == 1 else count
        where = f"{count} {noun} {verb} in both {shown(contrast.reference)} and {shown(contrast.target)}"
        if self.asked.is_open:
            message = f"{where}; write `donor` (matched) or `none` (independent)"
            self.local("blocking", "", BLOCKING_OPEN, message, "Answer in column blocking; until then it is skipped.")
        elif both != every and "donor" in contrast.blocking:
            message = f"partially paired: {where}; the rest adds nothing to the comparison"
            remedy = "Leave them out by exclude_samples_col, or write `none` to compare all as independent."
            self.report(Severity.WARNING, "blocking", "donor", "partially_paired", message, remedy)
        elif both != every:
            message = f"partially paired: {where}, and all samples are compared as independent"
            remedy = "Write `donor` in blocking to compare within donors; read the p-values with care otherwise."
            self.report(Severity.WARNING, "blocking", "none", "partially_paired", message, remedy)

    def rank(self) -> None:
        contrast = self.contrast
        usable = [s for s in self.samples if s.level(contrast.variable) and all(s.level(b) for b in contrast.blocking)]
        variable = [s.level(contrast.variable) or "" for s in usable]
        blocks = [[s.level(b) or "" for s in usable] for b in contrast.blocking]
        design = design_rank(variable, blocks, reference=contrast.reference, target=contrast.target)
        names = ", ".join(contrast.blocking)
        formula = f"~ {' + '.join([*contrast.blocking, contrast.variable])}"
        if not design.is_estimable:
            message = (
                f"{contrast.variable} cannot be told from {names}: no {names} has both {shown(contrast.reference)} "
                f"and {shown(contrast.target)}"
            )
            remedy = "Write `none` in blocking, or hold a column constant that has both."
            self.local("blocking", names, "aliased", message, remedy)
        elif design.residual_df == 0:
            message = f"{formula} uses up all {len(usable)} samples: no degrees of freedom are left for the dispersion"
            remedy = "Hold fewer columns constant." if names else "Add replicates."
            self.local("blocking", names, "no_residual_df", message, remedy)
        else:
            for at, level in (("reference", contrast.reference), ("target", contrast.target)):
                if variable.count(level) < _FEWEST:
                    message = f"'{shown(level)}' has one culture; its spread is taken from the other groups"
                    self.report(Severity.WARNING, at, level, "few_replicates", message, "Add replicates if you can.")


def _to_paste(contrasts: Sequence[ContrastRow]) -> str:
    """The whole sheet that answers what default contrasts ask."""
    rows = [f"`{c.id},{c.variable},{c.reference},{c.target},donor`" for c in contrasts]
    lines = ", ".join([f"`{','.join(COLUMNS[:5])}`", *rows])
    return (
        f"Until then nothing is compared. Write {NAME} with the lines {lines} "
        "(`none` in place of `donor` for independent cultures)."
    )


def asked_once(checked: Sequence[tuple[ContrastRow, Sequence[Problem]]]) -> list[Problem]:
    """The problems of default contrasts, where all that wait for the same answer ask for it together."""
    waiting = [contrast for contrast, found in checked if any(p.rule == BLOCKING_OPEN for p in found)]
    problems = [p for _, found in checked for p in found]
    first = next((p for p in problems if p.rule == BLOCKING_OPEN), None)
    if first is None or len(waiting) == 1:
        return problems
    message = f"{first.message}; likewise {', '.join(shown(c.id) for c in waiting[1:])}"
    together = replace(first, message=message, remedy=_to_paste(waiting))
    return [together, *(p for p in problems if p.rule != BLOCKING_OPEN)]


def checked_contrast(asked: Asked, samples: Sequence[SampleRow]) -> tuple[ContrastRow, list[Problem]]:
    """The contrast, with the reason why it cannot run where there is one, and everything found about it."""
    if asked.contrast.problem:
        return asked.contrast, []
    problems = _Check(asked, samples).run()
    reasons = [p for p in problems if p.severity is Severity.LOCAL]
    reason = _reason(reasons[0]) if reasons else None
    if reason and asked.is_default and reasons[0].rule == BLOCKING_OPEN:  # the sheet to paste is told once, apart
        reason = f"{reasons[0].message.partition(': ')[2]} in {NAME}"
    update = {"problem": reason}
    return asked.contrast.model_copy(update=update), problems
