"""Which culture or material a file is about, where it is about one."""

from __future__ import annotations

import re
from collections.abc import Collection

from tasks.contracts import Context, RawFile
from tasks.methods.sample_names import match_samples, stripped

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


def declared_number(context: Context, column: str) -> float | None:
    """A positive number of a further column of files.csv; null where it has none."""
    text = (context.row.attributes.get(column) or "").strip() if context.row else ""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None
