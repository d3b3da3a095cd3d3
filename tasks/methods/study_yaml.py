"""study.yaml to its model, every wrong key and value a problem with its line."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import Problem, Severity
from schemas.study_yaml import StudyYaml
from tasks.methods.excel_damage import excel_damaged
from tasks.methods.gene_lists import BACKGROUND_REMEDY, CHANGED_SUFFIX, OWN_LISTS
from tasks.methods.gene_rankings import NAMED
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown
from tasks.methods.sheet_rows import explained
from tasks.methods.yaml_marks import Marked, read_yaml

NAME = "study.yaml"
_CRON_FIELD = re.compile(r"[0-9A-Za-z*/,\-?#]+")
_CRON_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))  # minute, hour, day, month, weekday
_SIZE = re.compile(r"[0-9]+ ?[-–] ?[0-9]+")
_POOLED = "takes the groups' variances for equal"
_MEANS = "compares means"
_NEEDS = {  # post hoc tests that contradict what the omnibus test assumes
    "welch_anova": {"tukey": _POOLED, "dunnett": _POOLED},
    "kruskal_wallis": {"tukey": _MEANS, "dunnett": _MEANS, "games_howell": _MEANS},
    "friedman": {"tukey": _MEANS, "dunnett": _MEANS, "games_howell": _MEANS},
}
_SUITS = {
    "welch_anova": "games_howell, holm or bonferroni",
    "kruskal_wallis": "dunn, holm or bonferroni",
    "friedman": "holm or bonferroni",
}


def read_study_yaml(data: bytes) -> tuple[StudyYaml | None, Marked, list[Problem]]:
    """Give the model, the lines of its keys, and every problem.

    With problems, the model is what is left when the broken sections take their defaults, so
    that the sheets can still be checked against it; null when not even the conditions can be read.
    """
    marked = read_yaml(NAME, data)
    problems = list(marked.problems)
    if marked.data is None or not isinstance(marked.data, Mapping):
        if not problems:
            message = "the file holds no keys; expected at least study_id and conditions"
            problems.append(_problem(Severity.FATAL, marked, (), "", "unreadable_manifest", message, "Write them."))
        return None, marked, problems
    raw = {k: v for k, v in marked.data.items() if v is not None}
    twice = list(_duplicate_conditions(raw, marked))
    problems += twice
    try:
        config = StudyYaml.model_validate(raw)
    except ValidationError as error:
        details = [d for d in error.errors(include_url=False) if d["loc"] or not twice]
        problems += [_explain(detail, marked) for detail in details]
        left = _what_is_left(raw, {str(d["loc"][0]) for d in details if d["loc"]})
        return left, marked, [*problems, *(_value_problems(left, marked) if left else ())]
    return config, marked, [*problems, *_value_problems(config, marked)]


def _problem(
    severity: Severity, marked: Marked, path: Sequence[str | int], value: object, rule: str, message: str, remedy: str
) -> Problem:
    name = ".".join(str(p) for p in path if isinstance(p, str) and p != "[key]")
    place = f"line {marked.line(path)}" + (f", key {shown(name)}" if name else "")
    return Problem(severity, NAME, place, shown(value), rule, message, remedy)


def _explain(detail: ErrorDetails, marked: Marked) -> Problem:
    path = detail["loc"]
    if detail["type"] == "extra_forbidden":
        key = str(path[-1])
        level = list(_model_at(path[:-1]).model_fields)
        near = KnownIds(level).nearest(key)
        remedy = f"Did you mean {near}?" if near else _elsewhere(key) or f"Keys here are {', '.join(level)}."
        message = f"unknown key '{shown(key)}'"
        return _problem(Severity.FATAL, marked, path, key, "unknown_key", message, remedy)
    rule, message, remedy = explained(detail)
    if detail["type"] == "missing":
        message = f"{path[-1]} is missing"
    value = "" if detail["type"] == "missing" else detail.get("input", "")
    return _problem(Severity.FATAL, marked, path, value, rule, message, remedy)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 -- an annotation is anything
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _model_at(path: Sequence[str | int]) -> type[BaseModel]:
    model: type[BaseModel] = StudyYaml
    for part in path:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        model = next(_models_in(field.annotation), model) if field else model
    return model


def _elsewhere(key: str) -> str:
    """Where a key belongs that stands in the wrong section."""
    for section, field in StudyYaml.model_fields.items():
        for model in _models_in(field.annotation):
            if key in model.model_fields:
                return f"It belongs into section {section}."
    return "It belongs to the top, outside every section." if key in StudyYaml.model_fields else ""


def _duplicate_conditions(raw: Mapping[str, Any], marked: Marked) -> Iterable[Problem]:
    conditions = raw.get("conditions")
    first: dict[str, int] = {}
    for at, item in enumerate(conditions if isinstance(conditions, list) else []):
        if isinstance(item, Mapping) and item.get("id") is not None:
            one = str(item["id"])
            line = marked.line(("conditions", at, "id"))
            if one in first:
                message = f"condition '{shown(one)}' already stands on line {first[one]}"
                path = ("conditions", at, "id")
                remedy = "Give every condition its own id."
                yield _problem(Severity.FATAL, marked, path, one, "duplicate_id", message, remedy)
            first.setdefault(one, line)


def _what_is_left(raw: Mapping[str, Any], broken: set[str]) -> StudyYaml | None:
    rest = {k: v for k, v in raw.items() if k not in broken}
    if not isinstance(rest.get("study_id"), str):
        rest["study_id"] = "unnamed"
    if isinstance(raw.get("conditions"), list):  # ids alone let the sheets be checked
        ids = [c["id"] for c in raw["conditions"] if isinstance(c, Mapping) and isinstance(c.get("id"), str | int)]
        rest["conditions"] = [{"id": one} for one in dict.fromkeys(map(str, ids)) if one]
    try:
        return StudyYaml.model_validate(rest)
    except ValidationError:
        return None


@cache
def _time_zones() -> frozenset[str]:
    """Names of all time zones: hundreds of files, listed once."""
    return frozenset(zoneinfo.available_timezones())


def _value_problems(config: StudyYaml, marked: Marked) -> Iterable[Problem]:
    def wrong(path: Sequence[str | int], value: object, message: str, remedy: str) -> Problem:
        return _problem(Severity.FATAL, marked, path, value, "wrong_value", message, remedy)

    if config.schedule:
        cron, zone = config.schedule.cron, config.schedule.timezone
        if not _is_cron(cron.split()):
            message = f"'{shown(cron)}' is no cron expression (minute hour day month weekday)"
            yield wrong(("schedule", "cron"), cron, message, 'Write for example "0 2 * * *" for every night at two.')
        zones = _time_zones()
        if zones and zone not in zones:
            remedy = KnownIds(sorted(zones)).suggestion(zone, "Write for example Asia/Shanghai or UTC.")
            yield wrong(("schedule", "timezone"), zone, f"'{shown(zone)}' is no time zone", remedy)
    if not _SIZE.fullmatch(config.enrichment.size.strip()):
        size = config.enrichment.size
        message = f"'{shown(size)}': expected the smallest and largest set"
        yield wrong(("enrichment", "size"), size, message, "Write for example 10–500.")
    if config.expression.methods and config.expression.primary not in config.expression.methods:
        methods = ", ".join(config.expression.methods)
        message = f"the primary method '{shown(config.expression.primary)}' is not among the methods ({methods})"
        yield wrong(
            ("expression", "primary"), config.expression.primary, message, "Add it to methods, or name one of them."
        )
    for library, scaling in config.expression.size_factors.items():
        if scaling == "linear" and library != "circrna":
            message = f"'linear' takes the size factors of the genes, for circRNAs; library {library} has its own"
            remedy = "Write ratio, poscounts or tmm."
            yield wrong(("expression", "size_factors", library), scaling, message, remedy)
    tests = config.statistics
    if tests.posthoc in _NEEDS.get(tests.omnibus, {}):
        message = f"{tests.posthoc} {_NEEDS[tests.omnibus][tests.posthoc]}, but the omnibus test is {tests.omnibus}"
        yield wrong(("statistics", "posthoc"), tests.posthoc, message, f"Write {_SUITS[tests.omnibus]}.")
    yield from _unknown_conditions(config, marked)
    yield from _list_problems(config, marked)
    targets: list[tuple[tuple[str | int, ...], str]]
    targets = [(("qpcr", "reference_targets", at), name) for at, name in enumerate(config.qpcr.reference_targets)]
    targets += [(("expectations", at, "target"), e.target) for at, e in enumerate(config.expectations)]
    for at, value in excel_damaged([name for _, name in targets]):
        message = f"'{shown(value)}' looks like a gene name that Excel turned into a date or number"
        remedy = "Write the gene symbol, e.g. SEPTIN1 for 1-Sep, MARCHF1 for 1-Mar."
        yield _problem(Severity.WARNING, marked, targets[at][0], value, "excel_damaged_name", message, remedy)


def _list_problems(config: StudyYaml, marked: Marked) -> Iterable[Problem]:
    """Named gene lists without a background, and lists and collections called as one that every study has."""
    lists = config.enrichment.lists
    if NAMED in config.enrichment.gene_sets:
        key = ("enrichment", "gene_sets", NAMED)
        message = f"'{NAMED}' is the collection of the lists that study.yaml names"
        yield _problem(
            Severity.FATAL, marked, key, NAMED, "wrong_value", message, "Call the file of gene sets otherwise."
        )
    for name, one in lists.items():
        path = ("enrichment", "lists", name)
        if name in OWN_LISTS or name.removesuffix(CHANGED_SUFFIX) in lists.keys() - {name}:
            message = f"'{shown(name)}' is the name of a list that is made anyway"
            yield _problem(Severity.FATAL, marked, path, name, "wrong_value", message, "Call it otherwise.")
        if one.drawn_from is None:
            message = (
                f"the list {shown(name)} names no background, so that over-representation leaves it out (GSEA needs "
                "none): what could it have been drawn from?"
            )
            yield _problem(Severity.LOCAL, marked, path, name, "background_missing", message, BACKGROUND_REMEDY)


def _is_cron(fields: Sequence[str]) -> bool:
    if len(fields) != len(_CRON_BOUNDS) or not all(_CRON_FIELD.fullmatch(f) for f in fields):
        return False
    numbers = ((map(int, re.findall(r"[0-9]+", f)), bounds) for f, bounds in zip(fields, _CRON_BOUNDS, strict=True))
    return all(low <= n <= high for found, (low, high) in numbers for n in found)


def _unknown_conditions(config: StudyYaml, marked: Marked) -> Iterable[Problem]:
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("qpcr", "calibrator"), config.qpcr.calibrator),
        (("viability", "reference"), config.viability.reference),
        (("statistics", "rescue", "control"), config.statistics.rescue.control),
        (("statistics", "rescue", "disease"), config.statistics.rescue.disease),
    ]
    for at, expectation in enumerate(config.expectations):
        named.append((("expectations", at, "condition"), expectation.condition))
        named.append((("expectations", at, "against"), expectation.against))
    known = KnownIds(config.condition_ids)
    for path, value in named:
        if value is not None and value not in config.condition_ids:
            remedy = known.suggestion(value, f"Use one of {', '.join(config.condition_ids)}.")
            message = f"'{shown(value)}' is no condition of this study"
            yield _problem(Severity.FATAL, marked, path, value, "unknown_condition", message, remedy)
