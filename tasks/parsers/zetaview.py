"""Particle Metrix ZetaView text exports: a header of key and value lines, then the size distribution."""

from __future__ import annotations

import re

import numpy as np

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.dilutions import resolve
from tasks.methods.file_samples import declared_dilution, sample_of
from tasks.methods.instrument_times import iso_times
from tasks.methods.lines import read_content
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.particle_captures import Capture, capture_frames, capture_problems, track_count
from tasks.methods.particle_sizes import Array
from tasks.methods.signatures import ZETAVIEW, recognise
from tasks.methods.text import decode

ASSAY = "particle_size"
_REMEDY = "Export the measurement again from ZetaView as text, with the size distribution."
_KEY = re.compile(r"([^:\t]{1,80}?)\s*:+\s*(.*)")
_SIZE, _CONCENTRATION = "size / nm", "concentration / cm-3"
_READ = ("sample", "sample name", "date", "time", "dilution", "dilution factor")
_TRACKS = ("number of traced particles", "number of traces")
_CHECKS = ("cell check result", "particle drift check result")
_PASSED = ("good", "very good", "ok", "passed")
_HEADER_LINES = 400  # the header has about 90


def claims(raw: RawFile, context: Context) -> bool:
    """Whether ZetaView wrote the file; its older exports are told by their table alone."""
    if context.assay not in (None, ASSAY):
        return False
    found = recognise(raw.head, raw.name)
    return found == ZETAVIEW or (
        found is None and bool(re.search(rb"^Size / nm\tNumber\tConc", raw.head, re.MULTILINE))
    )


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the linear size distribution; one file is one capture.

    The table's concentrations are those of the measured suspension: they are multiplied by the dilution of the header
    or, where that has none, of the column `dilution` of files.csv. The distribution is printed twice (linear and
    logarithmic bins, parted by a row of -1); the second is listed as unread. Raises ``BadInputError`` for a file that
    stops after the header.
    """
    lines = decode(read_content(raw, ZETAVIEW)).split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip().lower().startswith(_SIZE)), None)
    if start is None:
        last = max((i for i, line in enumerate(lines) if line.strip()), default=0)
        message = "the file stops after its header; a table that begins with Size / nm was expected"
        raise bad_input(raw.name, f"line {last + 1}", "no_size_data", message, _REMEDY)
    header = _header(lines[: min(start, _HEADER_LINES)])
    centres, printed, end = _table(lines, start, raw.name)
    mark = decimal_mark(list(header.values()), is_grouped=False)
    factor = read_numbers([header.get("dilution") or header.get("dilution factor")], mark)["value"][0]
    tracks = read_numbers([next((header[k] for k in _TRACKS if k in header), None)], mark)["value"][0]
    dilution = resolve(
        factor if factor is not None and factor >= 1 else None,
        declared_dilution(context),
        is_applied=False,
    )
    capture = Capture("1", printed, dilution, track_count=track_count(tracks), warnings=_warnings(header))
    (measured_on,) = iso_times([f"{header.get('date', '')} {header.get('time', '')}"], is_day_first=True)
    sample = sample_of(raw, context, header.get("sample") or header.get("sample name"))
    unread = [key for key in header if key not in (*_READ, *_TRACKS, *_CHECKS)]
    columns = [c.strip() for c in lines[start].split("\t")]
    unread += [c for c in columns if c and c.lower() not in (_SIZE, _CONCENTRATION)]
    unread += ["second size distribution (logarithmic bins)"] if any(line.strip() for line in lines[end:]) else []
    return Parsed(
        capture_frames([capture], centres, sample=sample, context=context, measured_on=measured_on),
        tuple(capture_problems([capture], centres, raw.name, context)),
        tuple(unread),
    )


def _warnings(header: dict[str, str]) -> tuple[str, ...]:
    """Checks of cell and drift that the measurement did not pass, as the instrument says it."""
    said = [(key, header.get(key, "").lower()) for key in _CHECKS]
    return tuple(f"{key}: {text}" for key, text in said if text and not text.startswith(_PASSED))


def _header(lines: list[str]) -> dict[str, str]:
    """Keys in small letters, each with its first value that is not empty."""
    found: dict[str, str] = {}
    for line in lines:
        match = _KEY.match(line.strip())
        if match and (value := match[2].strip()):
            found.setdefault(match[1].strip().lower(), value)
    return found


def _table(lines: list[str], start: int, file: str) -> tuple[Array, Array, int]:
    """Bin centres and particles per mL of the first distribution, both (n,), and the line after it."""
    columns = [c.strip().lower() for c in lines[start].split("\t")]
    if _CONCENTRATION not in columns:
        message = f"the table has no column Concentration / cm-3; found {', '.join(columns)[:120]}"
        raise bad_input(file, f"line {start + 1}", "no_concentration", message, _REMEDY)
    at = columns.index(_CONCENTRATION)
    end = start + 1
    texts: list[tuple[str, str]] = []
    while end < len(lines) and lines[end].strip():
        cells = [c.strip() for c in lines[end].split("\t")]
        if cells[0].startswith("-1") or cells[0].lower().startswith(_SIZE):
            break
        if len(cells) <= at:
            message = "the size distribution ends in the middle of a row"
            raise bad_input(file, f"line {end + 1}", "cut_off", message, _REMEDY)
        texts.append((cells[0], cells[at]))
        end += 1
    mark = decimal_mark([t for pair in texts for t in pair], is_grouped=False)
    numbers = [read_numbers([pair[i] for pair in texts], mark)["value"].to_numpy() for i in (0, 1)]
    centres, printed = (np.asarray(n, dtype=np.float64) for n in numbers)
    bad = np.flatnonzero(np.isnan(centres) | np.isnan(printed) | (centres <= 0) | (printed < 0))
    if not texts or len(bad):
        line = start + 2 + (int(bad[0]) if len(bad) else 0)
        message = "a size above 0 and a concentration from 0 up were expected"
        raise bad_input(
            file, f"line {line}", "not_a_number", message, _REMEDY, " ".join(texts[bad[0]]) if texts else ""
        )
    falling = np.flatnonzero(np.diff(centres) <= 0)
    if len(falling):
        message = "sizes must increase from row to row"
        raise bad_input(file, f"line {start + 3 + int(falling[0])}", "bins_not_increasing", message, _REMEDY)
    return centres, printed, end


PARSER = Parser(
    name="zetaview",
    version="1",
    product=ZETAVIEW,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
