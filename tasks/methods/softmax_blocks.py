"""The blocks of a SoftMax Pro text export: plates with what was read, and groups of wells with their samples."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.errors import bad_input
from tasks.methods.grids import PLATE_SHAPES, well_at, well_name
from tasks.methods.plate_readings import mode_of
from tasks.methods.unread_texts import line_text, line_texts

_RAW = ("raw", "reduced")
_KINDS = ("endpoint", "kinetic", "spectrum")
_COUNT = re.compile(r"[0-9]{1,4}")
_SHAPES = {str(size): shape for size, shape in PLATE_SHAPES.items()}
_SEPARATOR = 3  # a line with at most so many cells, all empty, separates tables
_POINTS, _FIRST_NM, _COUNT_NM = 2, 7, 9  # places in the plate line, counted from the word Raw
_REMEDY = "Export all sections again from SoftMax Pro as text (File > Export, raw data)."


@dataclass(frozen=True)
class PlateHead:
    """What the line ``Plate:`` says."""

    name: str
    line: int
    is_list: bool  # TimeFormat: a column per well; else PlateFormat, a printed plate
    kind: str  # endpoint, kinetic, spectrum
    mode: str
    unit: str
    wavelengths: tuple[float, ...]
    columns: int
    rows: int
    first_row: int


@dataclass(frozen=True)
class Read:
    """One reading as printed: ``x`` is the time or wavelength in front of its table, ``read`` counts wavelengths."""

    read: int
    x: str
    well: str
    text: str
    line: int


@dataclass
class PlateBlock:
    """One plate with its raw readings."""

    head: PlateHead
    reads: list[Read] = field(default_factory=list)
    has_reduced: bool = False
    has_temperature: bool = False


@dataclass(frozen=True)
class GroupWell:
    """A well that a group names; ``plate`` is empty where the group's table has no column for it."""

    group: str
    sample: str
    plate: str
    well: str


@dataclass
class Blocks:
    """All blocks of a file."""

    plates: list[PlateBlock] = field(default_factory=list)
    wells: list[GroupWell] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    stated: int = 0  # blocks that the first line announces
    found: int = 0


def read_blocks(lines: Sequence[Sequence[str]], file: str) -> Blocks:
    """Every block of the file; ``lines`` are split into cells.

    Raises ``BadInputError`` for a plate whose table is incomplete, or whose line cannot be understood.
    """
    blocks = Blocks()
    stated = re.search(r"##BLOCKS\s*=\s*(\d{1,6})", lines[0][0] if lines and lines[0] else "")
    blocks.stated = int(stated[1]) if stated else 0
    ends = [i for i, cells in enumerate(lines) if cells and cells[0].strip() == "~End"]
    for start, end in itertools.pairwise([0, *ends, len(lines)]):
        first = next((i for i in range(start, end) if _begins(lines[i])), None)
        if first is None:
            blocks.unread += line_texts(lines[start + 1 : end])
            continue
        blocks.found += 1
        name = lines[first][0].strip().rstrip(":").split(":")[0]
        if name == "Plate":
            blocks.plates.append(_plate(lines, first, end, file))
            blocks.unread.append(line_text(lines[first]))
        elif name == "Group":
            _group(blocks, lines[first:end])
        else:
            title = " ".join(c.strip() for c in lines[first] if c.strip())
            blocks.unread += [title, *line_texts(lines[first + 1 : end], title.rstrip(":"))]
    return blocks


def _begins(cells: Sequence[str]) -> bool:
    return bool(cells) and re.match(r"(?:Plate|Group|Note|Cuvette\w*|Graph|Plot)\s*:", cells[0].strip()) is not None


def plate_head(cells: Sequence[str], line: int, file: str) -> PlateHead:
    """Read the line ``Plate:``. Raises ``BadInputError`` for a mode or kind of read that is not known."""
    texts = [c.strip() for c in cells]
    raw = next((i for i, text in enumerate(texts) if i > 4 and text.lower() in _RAW), None)  # noqa: PLR2004
    mode = mode_of(texts[5]) if len(texts) > 5 else None  # noqa: PLR2004
    if raw is None or mode is None or texts[4].lower() not in _KINDS:
        said = ", ".join(texts[4:7])
        raise bad_input(
            file,
            f"line {line}",
            "unknown_read",
            f'the plate\'s line says "{said[:60]}"; an endpoint, kinetic or spectrum read of absorbance, fluorescence '
            "or luminescence was expected, exported as raw data",
            _REMEDY,
            said[:60],
        )
    if texts[raw].lower() != "raw":
        raise bad_input(
            file,
            f"line {line}",
            "reduced_only",
            "the plate was exported as reduced data only; raw data was expected",
            _REMEDY,
        )

    def at(offset: int) -> str:
        return texts[raw + offset] if raw + offset < len(texts) else ""

    shape = _SHAPES.get(at(12), (8, 12))
    last = [int(t) for t in texts[raw + 13 :] if _COUNT.fullmatch(t)][-2:]
    wavelengths = tuple(float(t) for t in re.findall(r"\d{3,4}(?:\.\d+)?", at(_COUNT_NM)))
    rows = min(last[1], shape[0]) if len(last) == 2 and last[1] else shape[0]  # noqa: PLR2004
    return PlateHead(
        name=texts[1],
        line=line,
        is_list=texts[3].lower() == "timeformat",
        kind=texts[4].lower(),
        mode=mode[0],
        unit=mode[1],
        wavelengths=wavelengths,
        columns=int(at(11)) if _COUNT.fullmatch(at(11)) else shape[1],
        rows=rows,
        first_row=last[0] if len(last) == 2 else 1,  # noqa: PLR2004
    )


def _plate(lines: Sequence[Sequence[str]], start: int, end: int, file: str) -> PlateBlock:
    block = PlateBlock(plate_head(lines[start], start + 1, file))
    index = start + 1
    header: Sequence[str] | None = None
    table = 0
    while index < end:
        cells = lines[index]
        if not any(c.strip() for c in cells):
            index += 1
        elif _is_header(cells, block.head):
            if header is not None:  # a second header heads what SoftMax Pro computed
                block.has_reduced = True
                break
            header = cells
            index += 1
        elif header is None:
            index += 1
        elif block.head.is_list:
            index = _list_table(block, header, lines, index, end, table, file)
            table += 1
        else:
            index = _grid_table(block, header, lines, index, end, file)
    if header is not None and end == len(lines) and not block.reads:
        raise _cut(block.head, file, end, "the file ends before the plate's readings")
    return block


def _is_header(cells: Sequence[str], head: PlateHead) -> bool:
    names = [c.strip() for c in cells[2:]]
    first = next((n for n in names if n), "")
    return bool(well_name(first)) if head.is_list else first == "1" and _numbered(names)


def _numbered(names: Sequence[str]) -> bool:
    shown = [n for n in names if n]
    return all(map(_COUNT.fullmatch, shown)) and shown[:3] == [str(i + 1) for i in range(min(3, len(shown)))]


def _places(header: Sequence[str]) -> list[tuple[int, int, int]]:
    """Cell, read and plate column (both from 0) of every column; the numbers start anew with each wavelength."""
    found, read, before = [], 0, 0
    for cell, name in enumerate(header[2:], start=2):
        if not _COUNT.fullmatch(name.strip()):
            continue
        number = int(name)
        if number <= before:
            read += 1
        before = number
        found.append((cell, read, number - 1))
    return found


def _grid_table(
    block: PlateBlock, header: Sequence[str], lines: Sequence[Sequence[str]], start: int, end: int, file: str
) -> int:
    """Take one printed plate; return the index of the line behind it."""
    head = block.head
    # partial plates keep the numbers of all columns: those that were not read are empty
    places = _places(header)
    x = lines[start][0].strip()
    rows: list[int] = []
    index = start
    while index < end and len(rows) < head.rows:
        cells = lines[index]
        if len(cells) <= _SEPARATOR and not any(c.strip() for c in cells):
            break
        rows.append(index)
        index += 1
    needed = 2 + head.columns
    block.has_temperature |= any(_is_temperature(lines[row]) for row in rows)
    if len(rows) < head.rows:
        raise _cut(head, file, index, f"the plate has {len(rows)} of {head.rows} rows")
    is_last = end == len(lines)
    if is_last and len(lines[rows[-1]]) < min(needed, max(len(lines[r]) for r in rows)):
        raise _cut(head, file, rows[-1] + 1, "the file ends in the middle of a row")
    offset = head.first_row - 1 if any(c.strip() for c in lines[rows[0]][2:]) else 0
    for at, line in enumerate(rows):
        cells = lines[line]
        for cell, read, column in places:
            if cell < len(cells) and cells[cell].strip():
                block.reads.append(Read(read, x, well_at(at + offset, column), cells[cell].strip(), line + 1))
    return index


def _list_table(
    block: PlateBlock,
    header: Sequence[str],
    lines: Sequence[Sequence[str]],
    start: int,
    end: int,
    read: int,
    file: str,
) -> int:
    """Take one table with a column per well; return the index of the line behind it."""
    wells = [(i, well) for i, name in enumerate(header) if (well := well_name(name))]
    index = start
    while index < end and any(c.strip() for c in lines[index]):
        cells = lines[index]
        block.has_temperature |= _is_temperature(cells)
        if len(cells) <= wells[-1][0]:
            message = f"the row has {max(0, len(cells) - 2)} readings for {len(wells)} wells"
            raise _cut(block.head, file, index + 1, message)
        block.reads += [
            Read(read, cells[0].strip(), well, cells[i].strip(), index + 1) for i, well in wells if cells[i].strip()
        ]
        index += 1
    return index


def _is_temperature(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and cells[1].strip().lower() not in ("", "nan")


def _cut(head: PlateHead, file: str, line: int, message: str) -> Exception:
    return bad_input(
        file,
        f"line {line}, plate {head.name}",
        "cut_off",
        message,
        f"The file is cut off or was edited. {_REMEDY}",
    )


def _group(blocks: Blocks, lines: Sequence[Sequence[str]]) -> None:
    """Take the wells of a group; columns that SoftMax Pro computed are listed as unread."""
    title = " ".join(c.strip() for c in lines[0] if c.strip())
    group = title.split(":", 1)[1].strip() if ":" in title else title
    header = [c.strip() for c in lines[1]] if len(lines) > 1 else []
    lowered = [h.lower() for h in header]
    well_at_ = next((i for i, h in enumerate(lowered) if h in ("wells", "well")), None)
    if well_at_ is None or "sample" not in lowered:
        blocks.unread += [title, *line_texts(lines[1:], title)]
        return
    sample_at, plate_at = lowered.index("sample"), next((i for i, h in enumerate(lowered) if "plate" in h), None)
    kept = {sample_at, well_at_, plate_at}
    blocks.unread += [f"{title}: {name}" for i, name in enumerate(header) if name and i not in kept]
    sample = ""
    for number, cells in enumerate(lines[2:], start=2):
        if not any(c.strip() for c in cells):
            blocks.unread += line_texts(lines[number:], title)  # formulas and summaries
            break

        def at(index: int | None, cells: Sequence[str] = cells) -> str:
            return cells[index].strip() if index is not None and index < len(cells) else ""

        sample = at(sample_at) or sample
        if well := well_name(at(well_at_)):
            blocks.wells.append(GroupWell(group, sample, at(plate_at), well))
