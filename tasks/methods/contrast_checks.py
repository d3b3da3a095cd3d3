"""contrasts.csv against samples.csv: whether each contrast can be estimated and its blocking is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.errors import Problem, Severity
from schemas.sheets import ContrastRow, SampleRow
from schemas.transcriptome_options import Expression
from tasks.methods.confounding import confounded
from tasks.methods.contrast_sheets import COLUMNS, NAME, Asked, known_columns, reason
from tasks.methods.design_matrix import defect
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import several, shown
from tasks.methods.sample_levels import level

BLOCKING_OPEN = "blocking_open"


class _Check:
    """The checks of one contrast; the first local problem is why it is skipped."""

    def __init__(self, asked: Asked, samples: Sequence[SampleRow]) -> None:
        self.contrast, self.asked, self.all_samples = asked.contrast, asked, samples
        self.samples = [s for s in samples if s.sample not in set(self.contrast.excluded_samples)]
        self.problems: list[Problem] = []
        self.crossed = self.contrast.between[0] if self.contrast.between else ""
        self.between = (self.contrast.between or ())[1:]

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
        contrast, known = self.contrast, known_columns(self.all_samples)
        named = [("variable", contrast.variable), *(("blocking", b) for b in contrast.blocking)]
        named += [("interaction", self.crossed)] if self.crossed else []
        named += [("random", contrast.random)] if contrast.random else []
        if contrast.interaction and not self.crossed:
            message = f"'{shown(contrast.interaction)}' is no interaction"
            remedy = "Write column:first>second, e.g. donor_sex:male>female."
            self.local("interaction", contrast.interaction, "wrong_interaction", message, remedy)
        for at, column in named:
            if column not in known.ids:
                remedy = known.suggestion(column, f"Columns are {', '.join(map(shown, known.ids))}.")
                self.local(at, column, "unknown_variable", f"'{shown(column)}' is no column of samples.csv", remedy)
        if contrast.variable in contrast.blocking:
            message = f"{contrast.variable} is compared and held constant at once"
            self.local("blocking", contrast.variable, "aliased", message, "Remove it from blocking.")
        if self.crossed and self.crossed in (contrast.variable, *contrast.blocking):
            message = (
                f"{self.crossed} cannot interact with {contrast.variable} and be compared or held constant as well"
            )
            remedy = f"Leave {self.crossed} in column interaction alone; its own effect is part of that design."
            self.local("interaction", contrast.interaction, "aliased", message, remedy)
        if contrast.random and contrast.random in (contrast.variable, self.crossed, *contrast.blocking):
            message = f"{contrast.random} cannot be a random effect and be compared or held constant as well"
            self.local("random", contrast.random, "aliased", message, "Name it in one of blocking and random.")

    def levels(self) -> None:
        contrast = self.contrast
        asked = [("reference", contrast.variable, contrast.reference), ("target", contrast.variable, contrast.target)]
        asked += [("interaction", self.crossed, one) for one in self.between]
        for at, column, one in asked:
            levels = KnownIds(cell for s in self.samples if (cell := level(s, column)))
            if one not in levels.ids:
                left = " left" if contrast.excluded_samples else ""
                remedy = levels.suggestion(one, f"Use one of {', '.join(map(shown, levels.ids))}.")
                self.local(at, one, "unknown_level", f"no sample{left} has {column} '{shown(one)}'", remedy)
        if contrast.reference == contrast.target:
            message = f"reference and target are both '{shown(contrast.target)}'"
            self.local("target", contrast.target, "same_level", message, "Name two different levels.")
        if self.between and len(set(self.between)) == 1:
            message = f"both levels of {self.crossed} are '{shown(self.between[0])}'"
            self.local("interaction", contrast.interaction, "same_level", message, "Name two different levels.")
        others = [("blocking", b) for b in contrast.blocking]
        others += [(at, c) for at, c in (("interaction", self.crossed), ("random", contrast.random)) if c]
        for at, block in others:
            if empty := [s.sample for s in self.compared() if not level(s, block)]:
                noun = "1 compared sample has" if len(empty) == 1 else f"{len(empty)} compared samples have"
                remedy = f"Fill in {block} in samples.csv, or take it out of {at}."
                self.local(at, block, "empty_block", f"{noun} no {block}: {several(empty, 6)}", remedy)

    def compared(self) -> list[SampleRow]:
        contrast = self.contrast
        return [s for s in self.samples if level(s, contrast.variable) in (contrast.reference, contrast.target)]

    def pairing(self) -> None:
        contrast = self.contrast
        donors: Mapping[str, set[str]] = {contrast.reference: set(), contrast.target: set()}
        for sample in self.compared():
            if sample.donor:
                donors[level(sample, contrast.variable)].add(sample.donor)
        both = donors[contrast.reference] & donors[contrast.target]
        every = donors[contrast.reference] | donors[contrast.target]
        if not both or contrast.variable == "donor" or contrast.random == "donor":
            return
        count = f"all {len(every)}" if both == every else f"{len(both)} of {len(every)}"
        noun, verb = ("donors", "occur") if len(every) > 1 else ("donor", "occurs")
        count = "the one" if len(every) == 1 else count
        where = f"{count} {noun} {verb} in both {shown(contrast.reference)} and {shown(contrast.target)}"
        if self.asked.is_open and not contrast.random:
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
        elif self.same_blocks(every):
            message = f"{where}, and all samples are compared as independent"
            remedy = "Write `donor` in blocking to compare within donors, unless the donors' names mean nothing."
            self.report(Severity.WARNING, "blocking", "none", "donors_recur", message, remedy)

    def same_blocks(self, donors: set[str]) -> bool:
        """Whether `none` overlooks donors that no column held constant stands for."""
        if len(donors) == 1:  # a cell line
            return False
        pairs = [(s.donor, tuple(level(s, b) for b in self.contrast.blocking)) for s in self.compared() if s.donor]
        return len({blocks for _, blocks in pairs}) < len(donors)

    def rank(self) -> None:
        contrast = self.contrast
        used = [contrast.variable, *contrast.blocking, *filter(None, (self.crossed, contrast.random))]
        rows = {s.sample: {c: level(s, c) for c in used} for s in self.samples}
        rows = {s: row for s, row in rows.items() if all(row.values())}
        levels = (contrast.reference, contrast.target)
        alone = {
            s: row
            for s, row in rows.items()
            if row[contrast.variable] in levels and (not self.crossed or row[self.crossed] in self.between)
        }
        found = [
            defect(
                some,
                variable=contrast.variable,
                blocking=contrast.blocking,
                levels=levels,
                crossed=self.crossed,
                between=self.between,
            )
            for some in (rows, alone)
        ]
        if found[0] and found[1]:
            column, value = "blocking", ", ".join(contrast.blocking)
            if found[1].rule in ("few_replicates", "empty_cell"):
                column, value = ("interaction", contrast.interaction) if self.crossed else ("target", contrast.target)
            remedy = f"{found[1].remedy[:1].upper()}{found[1].remedy[1:]}."
            # nobody asked for a default contrast of a condition with one culture: the run leaves it out
            is_asked = not self.asked.is_default or found[1].rule != "few_replicates"
            severity = Severity.LOCAL if is_asked else Severity.WARNING
            self.report(severity, column, value, found[1].rule, found[1].message, remedy)
            return
        if contrast.random and len({row[contrast.random] for row in rows.values()}) == len(rows):
            message = f"every sample has a {contrast.random} of its own, so none are alike"
            self.local("random", contrast.random, "nothing_recurs", message, "Leave random empty.")
            return
        for column, message in confounded(self.compared(), contrast, self.crossed):
            remedy = "It cannot be undone by blocking; say so beside the results, or repeat it with both side by side."
            self.report(Severity.WARNING, "blocking", column, "confounded", message, remedy)


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


def method_problems(contrasts: Sequence[ContrastRow], options: Expression) -> list[Problem]:
    """Contrasts that can be estimated, but not by the methods and the threshold of study.yaml."""
    without = [name for name in options.methods if not name.startswith("limma")]
    found = []
    for contrast in (c for c in contrasts if not c.problem):
        place = f"line {contrast.line}, column "
        if contrast.test == "lrt" and options.threshold == "test":
            message = "a test of the whole factor has no fold change to test against"
            remedy = "Write `threshold: filter` in study.yaml, or `wald` in column test; until then it is skipped."
            found.append(Problem(Severity.LOCAL, NAME, f"{place}test", "lrt", "lrt_threshold", message, remedy))
        if contrast.random and without:
            severity = Severity.LOCAL if without == options.methods else Severity.WARNING
            message = f"{', '.join(without)} has no random effects, and skips contrast {shown(contrast.id)}"
            remedy = (
                f"Add limma_voom to expression.methods, or write {shown(contrast.random)} in column blocking."
                if severity is Severity.LOCAL
                else "The other methods compute it; figures show it if one of them is expression.primary."
            )
            found.append(
                Problem(severity, NAME, f"{place}random", contrast.random, "no_random_effects", message, remedy)
            )
    return found


def checked_contrast(asked: Asked, samples: Sequence[SampleRow]) -> tuple[ContrastRow, list[Problem]]:
    """The contrast, with the reason why it cannot run where there is one, and everything found about it."""
    if asked.contrast.problem:
        return asked.contrast, []
    problems = _Check(asked, samples).run()
    reasons = [p for p in problems if p.severity is Severity.LOCAL]
    why = reason(reasons[0]) if reasons else None
    if why and asked.is_default and reasons[0].rule == BLOCKING_OPEN:  # the sheet to paste is told once, apart
        why = f"{reasons[0].message.partition(': ')[2]} in {NAME}"
    update = {"problem": why}
    return asked.contrast.model_copy(update=update), problems
