"""Which culture or material a file is about, where it is about one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from schemas.errors import Problem, warning
from tasks.contracts import Context, RawFile
from tasks.methods.problem_lists import shown
from tasks.methods.sample_names import match_samples, stripped

_RATIO = re.compile(r"1 ?[:/] ?(?P<factor>[1-9]\d{0,8})|(?P<times>[1-9]\d{0,8}) ?(?:x|×|fold)", re.IGNORECASE)
_LEAST_SHARE = 1e-9
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def sample_of(raw: RawFile, context: Context, written: str | None = None) -> str:
    """Name of the culture or material that a whole file is about.

    files.csv decides; else the name ``written`` in the file, or the file's own name or folder, whichever samples.csv or
    materials.csv knows; else what is written, or the file's name. The loader says when nobody knows the name.
    """
    if context.row and context.row.sample:
        return context.row.sample
    candidates = [c.strip() for c in (written or "", raw.name) if c.strip()]
    for known in (context.study.sample_ids, context.study.material_ids):
        for candidate in candidates:
            if found := named_in(candidate, known):
                return found
    return candidates[0] if written and written.strip() else stripped(raw.name)


def named_in(name: str, known: Collection[str]) -> str | None:
    """The known culture or material that a name of a file or picture means, with or without its ending."""
    bare = _ENDING.sub("", name)
    return match_samples([name], known)[name] or match_samples([bare], known)[bare]


def declared_dilution(context: Context) -> float | None:
    """The column ``dilution`` of files.csv; null where it has no number of 1 or more."""
    text = _declared(context)
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 1 <= number < float("inf") else None


def dilution_problems(context: Context, file: str) -> Iterator[Problem]:
    """The warning for a column ``dilution`` of files.csv that is no factor."""
    text = _declared(context)
    if context.row is None or not text or declared_dilution(context) is not None:
        return
    message = f"{shown(text)!r} is no number of 1 or more, so files.csv tells no dilution"
    place = f"files.csv, line {context.row.line}, column dilution"
    factor = _factor_meant(text)
    remedy = f"Write {factor:g}." if factor else "Write the factor, e.g. 1000 (1 where nothing was diluted)."
    yield warning(file, place, "unreadable_dilution", message, remedy, text)


def _declared(context: Context) -> str:
    return (context.row.attributes.get("dilution") or "").strip() if context.row else ""


def _factor_meant(text: str) -> float | None:
    """The factor of 1:1000, 1/1000, 1000x or 0.001."""
    if found := _RATIO.fullmatch(text):
        return float(found["factor"] or found["times"])
    try:
        number = float(text)
    except ValueError:
        return None
    return 1 / number if _LEAST_SHARE <= number < 1 else None
