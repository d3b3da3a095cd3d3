"""What BMG LABTECH programs (MARS, Reader Control, SMART Control) print: fields, plates and lists of wells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.errors import bad_input
from schemas.sheets import FileRow
from tasks.methods.grids import well_name
from tasks.methods.pages import Page
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import WellText, mode_of
from tasks.methods.printed_grids import PrintedGrid, printed_grids, refuse_cut_grid
from tasks.methods.unread_texts import line_text, line_texts

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9 .]{0,30}?) ?: ?(.*)")
_NUMBERED = re.compile(r"^\d{1,2}\. ")
_RAW = re.compile(r"Raw Data *(?:\((?P<channel>[^)]*)\))?", re.IGNORECASE)
_NM = re.compile(r"\d{3,4}(?:\.\d+)?")
_TIME = re.compile(
    r"(?:\b(?P<h>\d{1,5}) ?h\b)? ?(?:\b(?P<min>\d{1,6}) ?min\b)? ?(?:\b(?P<s>\d{1,8}(?:\.\d{1,6})?) ?s\b)?(?=\W*$)",
    re.IGNORECASE,
)
_CODES = (
    (re.compile(r"(?:Blank\b.*|B\d*)", re.IGNORECASE), "blank"),
    (re.compile(r"(?:Sample\b.*|X\d+)", re.IGNORECASE), "sample"),
    (re.compile(r"(?:Standard\b.*|Positive\b.*|Negative\b.*|Control\b.*|[SPNC]\d*)", re.IGNORECASE), "control"),
)
_FIRST_LINES = 24


@dataclass
class BmgExport:
    """Raw plates and lists of a file, and the titles of what the program computed from them."""

    fields: dict[str, str]
    mode: str
    unit: str
    raw: list[tuple[Page, PrintedGrid]] = field(default_factory=list)
    layout: dict[str, str] = field(default_factory=dict)  # well -> content code (S1, X1, B)
    unread: list[str] = field(default_factory=list)


def bmg_fields(lines: Iterable[Sequence[str]]) -> dict[str, str]:
    """``Key: value`` pairs of the first lines (``User``, ``Path``, ``Test run no.``, ``ID1`` …)."""
    found: dict[str, str] = {}
    for cells in list(lines)[:_FIRST_LINES]:
        for cell in cells:
            if match := _FIELD.fullmatch(cell.strip()):
                found.setdefault(match[1].strip(), match[2].strip())
    return found


def read_bmg(pages: Sequence[Page], file: str, remedy: str) -> BmgExport:
    """Find raw plates, the layout, and the measurement's mode.

    Raises ``BadInputError`` for a file changed after export, an unknown mode, or one cut off.
    """
    lines = [cells for page in pages for cells in page.rows[:_FIRST_LINES]]
    fields = bmg_fields(lines)
    if "User" not in fields:
        first = next((i for i, cells in enumerate(pages[0].rows) if any(c.strip() for c in cells)), 0)
        text = ",".join(pages[0].rows[first]).rstrip(",")[:60] if pages and pages[0].rows else ""
        raise bad_input(
            file,
            pages[0].place(first + 1),
            "changed_after_export",
            f'the line reads "{text}"; BMG writes "User: …", so the file was changed after export',
            remedy,
            text,
        )
    modes = [m for cells in lines for c in cells[:1] if ":" not in c and (m := mode_of(c))]
    if not modes:
        raise bad_input(
            file,
            pages[0].place(1),
            "no_mode",
            "no line says what was measured; Absorbance, Fluorescence or Luminescence was expected",
            remedy,
        )
    export = BmgExport(fields, *modes[0])
    export.unread += [f"{key}: {value}" for key, value in fields.items()]
    for page in pages:
        grids, rest = printed_grids(page)
        refuse_cut_grid(page, grids, file, remedy)
        for grid in grids:
            _sort_in(export, page, grid)
        beside = [[text] for grid in grids for text in (*grid.beside, *(row.label for row in grid.rows))]
        below = [cells for grid in grids[1:] for _, cells in grid.above if not _is_title(cells)]
        export.unread += line_texts([*beside, *below, *([cells for _, cells in rest] if grids else [])])
    return export


def _sort_in(export: BmgExport, page: Page, grid: PrintedGrid) -> None:
    title = _NUMBERED.sub("", next((t for t in reversed(grid.titles) if not _is_cycle(t)), ""))
    if _RAW.match(title):
        export.raw.append((page, grid))
    elif title.lower().startswith("layout"):
        export.layout.update({well: text for well, text, _ in grid.wells() if text})
    else:
        export.unread.append(title or f"plate at {page.place(grid.line)}")


def _is_title(cells: Sequence[str]) -> bool:
    text = _NUMBERED.sub("", line_text(cells))
    return bool(_RAW.match(text)) or _is_cycle(text) or text.lower().startswith("layout")


def _is_cycle(title: str) -> bool:
    return title.lower().startswith(("cycle", "time"))


def channel_nm(channel: str) -> float | None:
    """Wavelength behind a channel such as ``450``, ``450 1``, ``580/620``, ``480-14/520-30``: that of the emission."""
    match = _NM.search(channel.rsplit("/", 1)[-1])
    return float(match[0]) if match else None


def cycle_h(titles: Iterable[str]) -> float | None:
    """Hours since the first cycle that a title names (``Cycle 2 (0 h 5 min)``); null when none does."""
    for title in titles:
        if "cycle" in title.lower() or "time" in title.lower():
            for match in _TIME.finditer(title):
                if match[0].strip():
                    return int(match["h"] or 0) + int(match["min"] or 0) / 60 + float(match["s"] or 0) / 3600
    return None


def role_of_content(content: str) -> str | None:
    """Role of a well that BMG's content names (``Sample X1``, ``B``, ``Standard S1``); null for none known."""
    return next((role for pattern, role in _CODES if pattern.fullmatch(content.strip())), None)


def plate_of(fields: Mapping[str, str], row: FileRow | None) -> tuple[str, bool]:
    """Plate's name and whether it is explicit; ID1 … ID3 are what a person typed, so they are no barcode."""
    ids = [fields[k] for k in ("ID1", "ID2", "ID3") if fields.get(k)]
    named = next((i for i in ids if "plate" in i.lower()), ids[0] if ids else "Plate 1")
    return identify_plate(named.rstrip(", "), "", row)


def bmg_readings(export: BmgExport, row: FileRow | None) -> list[WellText]:
    """Readings of every raw plate."""
    plate, is_explicit = plate_of(export.fields, row)
    start_h = row.time_h if row else None
    found: list[WellText] = []
    for page, grid in export.raw:
        titles = grid.titles
        label = _NUMBERED.sub("", next(t for t in reversed(titles) if _RAW.match(_NUMBERED.sub("", t))))
        match = _RAW.match(label)
        channel = (match["channel"] if match else None) or ""
        elapsed = cycle_h(reversed(titles))
        time_h = start_h if elapsed is None else elapsed + (start_h or 0)
        for well, text, line in grid.wells():
            content = export.layout.get(well, "")
            role = role_of_content(content)
            name = None if not content or role == "blank" else content
            found.append(
                WellText(
                    *(plate, is_explicit, well, time_h, export.mode, label, channel_nm(channel)),
                    *(name, role, text, export.unit, page.place(line)),
                )
            )
    return found


@dataclass(frozen=True)
class _Column:
    """A column of a list of wells that holds raw readings."""

    at: int
    label: str
    time_h: float | None


def listed_readings(page: Page, export: BmgExport, row: FileRow | None) -> list[WellText]:
    """Readings of a list: a line per well (``Well``, ``Content``, ``Raw Data (450)``), or a column per well.

    Lists of kinetic runs have a line ``Time [s]`` below their header.
    """
    start = next((i for i, cells in enumerate(page.rows) if _well_columns(cells)), None)
    if start is None:
        sideways = next((i for i, cells in enumerate(page.rows) if _is_sideways(cells)), None)
        if sideways is None:
            return []
        width = max(len(cells) for cells in page.rows[sideways:])
        turned = [[*cells, *[""] * (width - len(cells))] for cells in page.rows[sideways:]]
        lines = [list(cells) for cells in zip(*turned, strict=True)]
        return _listed(lines, lambda _: page.place(sideways + 1), export, row)
    return _listed(page.rows[start:], lambda i: page.place(start + i + 1), export, row)


def _well_columns(cells: Sequence[str]) -> tuple[int, ...]:
    names = [c.strip().lower() for c in cells]
    if not any(_RAW.match(_NUMBERED.sub("", c.strip())) for c in cells):
        return ()
    if "well" in names:
        return (names.index("well"),)
    if "well row" in names and "well col" in names:
        return (names.index("well row"), names.index("well col"))
    return ()


def _is_sideways(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and cells[0].strip().lower() == "well" and bool(well_name(cells[1]))


def _listed(
    lines: Sequence[Sequence[str]], place: Callable[[int], str], export: BmgExport, row: FileRow | None
) -> list[WellText]:
    header = [_NUMBERED.sub("", c.strip()) for c in lines[0]]
    at = _well_columns(lines[0])
    if not at:
        return []
    content_at = next((i for i, c in enumerate(header) if c.lower() == "content"), None)
    times = next((cells for cells in lines[1:4] if any(c.strip().lower().startswith("time") for c in cells)), None)
    start_h = row.time_h if row else None
    columns: list[_Column] = []
    for index, name in enumerate(header):
        if _RAW.match(name):
            seconds = times[index].strip() if times and index < len(times) else ""
            elapsed = _seconds(seconds)
            columns.append(_Column(index, name, start_h if elapsed is None else elapsed + (start_h or 0)))
        elif index not in (*at, content_at) and name:
            export.unread.append(name)
    plate, is_explicit = plate_of(export.fields, row)
    found: list[WellText] = []
    for number, cells in enumerate(lines[1:], start=1):
        well = well_name("".join(cells[i].strip() for i in at if i < len(cells)))
        if not well:
            continue
        content = cells[content_at].strip() if content_at is not None and content_at < len(cells) else ""
        role = role_of_content(content)
        sample = None if not content or role == "blank" else content.removeprefix("Sample ")
        for column in columns:
            match = _RAW.match(column.label)
            text = cells[column.at].strip() if column.at < len(cells) else ""
            nm = channel_nm((match["channel"] if match else None) or "")
            found.append(
                WellText(
                    *(plate, is_explicit, well, column.time_h, export.mode, column.label, nm),
                    *(sample, role, text, export.unit, place(number)),
                )
            )
    return found


def _seconds(text: str) -> float | None:
    number = re.fullmatch(r"(\d{1,9}(?:[.,]\d{1,6})?)(?: ?s)?", text)
    return float(number[1].replace(",", ".")) / 3600 if number else cycle_h([f"time {text}"]) if text else None
