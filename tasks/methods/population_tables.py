"""Tables of populations as FACSDiva and FlowJo export them: which cell is what, by the layout of the table.

FACSDiva: a block per tube, a row per tube and population, or a row per tube with titles like ``P1 %Parent``.
FlowJo: a row per sample with titles like ``Cells/Live | Freq. of Parent``, or rows indented by ``Depth``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tasks.methods.imported_populations import path_of, statistic_of

Rows = Sequence[Sequence[str]]
COUNT, OF_PARENT, OF_TOTAL = "count", "percent of parent", "percent of total"
_MEASURES = {
    "#events": COUNT, "events": COUNT, "# events": COUNT, "number of events": COUNT, "count": COUNT, "#cells": COUNT,
    "cells": COUNT, "%parent": OF_PARENT, "% parent": OF_PARENT, "% of parent": OF_PARENT, "freq. of parent": OF_PARENT,
    "freq of parent": OF_PARENT, "%total": OF_TOTAL, "% total": OF_TOTAL, "% of total": OF_TOTAL,
    "freq. of total": OF_TOTAL, "freq of total": OF_TOTAL,
}  # fmt: skip
_TUBES = (
    "tube", "tube name", "tube_name", "sample", "sample:", "sample name", "sample id", "name", "file", "filename",
    "$fil", "",
)  # fmt: skip
LONGEST_TITLE = 400
_KEYS = re.compile(r"^(?P<key>Experiment Name|Specimen Name|Tube Name|Record Date|Tube|Specimen)\s*:?$", re.IGNORECASE)
_STATISTIC = r"Mean|Median|Geo\.? ?Mean|Geometric Mean|Mode|SD|%?CV|%?rCV|Robust CV|Robust SD|rSD|Min|Max|MFI"
_WIDE = re.compile(
    rf"^(?P<path>.+?)\s+(?:(?P<measure>#\s?Events|%\s?Parent|%\s?Total)|(?P<channel>\S+)\s+(?P<statistic>{_STATISTIC}))$",
    re.IGNORECASE,
)
_FLOWJO = re.compile(
    rf"^(?P<path>.*?)\s*[|,]\s*(?:(?P<measure>Count|#Cells|Freq\.? of (?:Parent|Total))|(?P<statistic>{_STATISTIC}))"
    r"\s*(?:\((?P<channel>(?!%\)).+)\)|,\s*(?P<old_channel>[^,]+))?\s*(?:\(?%\)?)?$",
    re.IGNORECASE,
)
_FOOTERS = {"mean", "sd", "stdev", "cv", "median", "min", "max", "geometric mean"}
_STATISTIC_TITLE = re.compile(
    rf"^(?P<channel>.+?)[\s-]+(?P<statistic>{_STATISTIC})$|^(?P<statistic2>{_STATISTIC})\s*\(?(?P<channel2>[^)]+)\)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cell:
    """One exported number: of which tube and population, what it is, and where it stands (row and column from 0)."""

    tube: tuple[str, ...]  # names that may be the sample's
    path: tuple[str, ...]
    what: str  # COUNT, OF_PARENT, OF_TOTAL or a statistic
    channel: str
    text: str
    row: int
    column: int
    is_flat: bool = False  # the table does not say from which population this one was gated


@dataclass
class Found:
    """The cells of a table and the titles that nothing is read from."""

    cells: list[Cell] = field(default_factory=list)
    unread: dict[str, None] = field(default_factory=dict)


def find_cells(rows: Rows) -> Found | None:
    """Every number of a table of populations; null where the rows are no such table."""
    for layout in (_depths, _blocks, _flowjo, _long, _wide):
        found = layout(rows)
        if found is not None:
            return found
    return None


def has_population_titles(rows: Rows) -> bool:
    """Whether a row has titles as such tables have them."""
    return any(_measured(row) for row in rows)


def _measured(row: Sequence[str]) -> list[int]:
    """Columns of a row whose titles name a share or number of a population's events."""
    found = []
    for i, cell in enumerate(row):
        title = _plain(cell)
        is_share = _MEASURES.get(title) in {OF_PARENT, OF_TOTAL} or title in {"#events", "# events", "#cells"}
        match = _named(_WIDE, cell) or _named(_FLOWJO, cell)
        if is_share or (match and match["measure"]):
            found.append(i)
    return found


def _named(pattern: re.Pattern[str], cell: str) -> re.Match[str] | None:
    """The title's parts; titles are short, and only short ones are matched, for a pattern takes its time with long."""
    return pattern.match(cell.strip()) if len(cell) <= LONGEST_TITLE else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _header(rows: Rows, fits: Callable[[list[str]], bool]) -> int | None:
    return next((i for i, row in enumerate(rows) if fits([_plain(c) for c in row])), None)


def _depths(rows: Rows) -> Found | None:
    """FlowJo's workspace as a table: ``Depth`` counts the levels by ``>``, ``Name`` gives sample and populations."""
    at = _header(rows, lambda titles: {"depth", "name", "statistic"} <= set(titles))
    if at is None:
        return None
    titles = [_plain(c) for c in rows[at]]
    depth, name, share = (titles.index(t) for t in ("depth", "name", "statistic"))
    count = next((titles.index(t) for t in ("#cells", "count", "cells") if t in titles), None)
    found, sample = Found(), ""
    stack: list[str] = []
    for i, row in enumerate(rows[at + 1 :], at + 1):
        cells = [c.strip() for c in row] + [""] * (len(titles) - len(row))
        level = cells[depth].count(">")
        if not cells[name]:
            continue
        if level == 0:
            sample, stack = cells[name], []
        else:
            stack = [*stack[: level - 1], cells[name].rpartition("/")[2]]
        path = path_of(("", *stack))
        if level and share < len(cells):
            found.cells.append(Cell((sample,), path, OF_PARENT, "", cells[share], i, share))
        if count is not None:
            found.cells.append(Cell((sample,), path, COUNT, "", cells[count], i, count))
    found.unread |= dict.fromkeys(
        c.strip() for j, c in enumerate(rows[at]) if c.strip() and j not in {depth, name, share, count}
    )
    return found


def _blocks(rows: Rows) -> Found | None:
    """FACSDiva's statistics view: ``Tube Name:`` and its like above a table of populations, block after block."""
    about: dict[str, str] = {}
    found, is_block = Found(), False
    titles: list[str] = []
    stack: list[tuple[int, str]] = []
    for i, row in enumerate(rows):
        first = row[0].strip() if row else ""
        key = _KEYS.match(first.rstrip(":"))
        said = next((c.strip() for c in row[1:] if c.strip()), "")
        if key and said and not _measured(row):
            about[_plain(key["key"])] = said
            titles, is_block = [], True
        elif is_block and _plain(first) == "population" and _measured(row):
            titles, stack = [c.strip() for c in row], []
        elif titles and first:
            stack = _indented(stack, row[0])
            tube = (about.get("tube name") or about.get("tube") or "", about.get("specimen name") or "")
            names = path_of([n for _, n in stack])
            found.cells += _titled(
                tube, names, row, titles, i, found.unread, is_flat=not row[0].startswith(" ") and len(stack) == 1
            )
    return found if found.cells else None


def _indented(stack: list[tuple[int, str]], cell: str) -> list[tuple[int, str]]:
    """The populations above a row and its own, told by indentation or full names with backslashes."""
    depth = len(cell) - len(cell.lstrip())
    name = cell.strip()
    if "\\" in name:
        return [(k, part) for k, part in enumerate(name.split("\\"))]
    return [*((d, n) for d, n in stack if d < depth), (depth, name)]


def _titled(
    tube: tuple[str, ...], path: tuple[str, ...], row: Sequence[str], titles: Sequence[str], number: int,
    unread: dict[str, None], *, is_flat: bool,
) -> list[Cell]:  # fmt: skip
    """Cells of a row whose titles name only the measure or ``channel statistic``."""
    found = []
    for column, title in enumerate(titles[: len(row)]):
        measure = _MEASURES.get(_plain(title))
        named = _named(_STATISTIC_TITLE, title)
        if measure:
            found.append(Cell(tube, path, measure, "", row[column].strip(), number, column, is_flat))
        elif named:
            said, channel = named["statistic"] or named["statistic2"], named["channel"] or named["channel2"]
            kind = statistic_of(said)
            if kind:
                found.append(Cell(tube, path, kind, channel.strip(), row[column].strip(), number, column, is_flat))
        elif title and _plain(title) not in {"population", *_TUBES, "specimen", "specimen name"}:
            unread[title] = None
    return found


def _long(rows: Rows) -> Found | None:
    """A row per tube and population."""
    at = _header(rows, lambda titles: "population" in titles and any(t in titles for t in _TUBES[:-1]))
    if at is None or not _measured(rows[at]):
        return None
    titles = [c.strip() for c in rows[at]]
    plain = [_plain(t) for t in titles]
    tube, population = next(plain.index(t) for t in _TUBES if t in plain), plain.index("population")
    found, before = Found(), ""
    stack: list[tuple[int, str]] = []
    for i, row in enumerate(rows[at + 1 :], at + 1):
        if len(row) <= max(tube, population) or not row[population].strip():
            continue
        own = row[tube].strip() or before
        if own != before:
            before, stack = own, []
        name = row[population]
        stack = _indented(stack, name.replace("/", "\\") if "/" in name else name)
        path = path_of([n for _, n in stack])
        is_flat = len(stack) == 1 and len(path) == 1
        found.cells += _titled((own,), path, row, titles, i, found.unread, is_flat=is_flat)
    return found if found.cells else None


def _flowjo(rows: Rows) -> Found | None:
    """FlowJo's table editor: a row per sample, a title per population and statistic; footers with means are none."""
    at = next((i for i, row in enumerate(rows) if any(_named(_FLOWJO, c) for c in row)), None)
    return None if at is None else _by_title(rows, at, _FLOWJO, "/", is_flat=False)


def _wide(rows: Rows) -> Found | None:
    """FACSDiva's batch analysis: a row per tube, titles like ``P1 %Parent`` and ``P1 FITC-A Mean``."""
    at = next((i for i, row in enumerate(rows) if _measured(row)), None)
    return None if at is None else _by_title(rows, at, _WIDE, "\\", is_flat=True)


def _channel(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return (groups["channel"] or groups.get("old_channel") or "").strip()


def _below_root(path: str) -> list[str]:
    """What keeps the first name of a path from being taken for the root's, unless it is that."""
    return [] if path.casefold().startswith(("all events", "ungated")) else [""]


def _by_title(rows: Rows, at: int, pattern: re.Pattern[str], part: str, *, is_flat: bool) -> Found | None:
    titles = [c.strip() for c in rows[at]]
    named = {i: m for i, title in enumerate(titles) if (m := _named(pattern, title))}
    plain = [_plain(t) for t in titles]
    others = [i for i in range(len(titles)) if i not in named]
    tube = next((i for t in _TUBES for i in others if plain[i] == t), None)
    if tube is None:
        return None
    specimen = next((i for i in others if plain[i] in {"specimen", "specimen name", "specimen_name"}), None)
    found = Found(unread=dict.fromkeys(titles[i] for i in others if i not in {tube, specimen} and titles[i]))
    for number, row in enumerate(rows[at + 1 :], at + 1):
        name = row[tube].strip() if tube < len(row) else ""
        if not name or (not is_flat and _plain(name.rstrip(":")) in _FOOTERS):
            continue
        names = (name, row[specimen].strip() if specimen is not None and specimen < len(row) else "")
        for column, match in named.items():
            if column >= len(row):
                continue
            path = path_of([*_below_root(match["path"]), *match["path"].split(part)])
            what = _MEASURES.get(_plain(match["measure"])) if match["measure"] else statistic_of(match["statistic"])
            if what is None:
                found.unread[titles[column]] = None
                continue
            flat = is_flat and len(path) == 1
            found.cells.append(Cell(names, path, what, _channel(match), row[column].strip(), number, column, flat))
    return found if found.cells else None
