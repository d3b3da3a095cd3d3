"""RDML, the exchange format of qPCR runs: zipped or plain XML, versions 1.0 to 1.3.

Lefever et al. 2009, doi:10.1093/nar/gkp056; Ruijter et al. 2015, doi:10.1186/s12859-015-0637-6
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cq_exports import OPTIONS, parsed, run_of
from tasks.methods.cq_tables import CqTable, Names
from tasks.methods.grids import PLATE_SHAPES, well_at, well_name
from tasks.methods.lines import read_content
from tasks.methods.safe_xml import read_xml

ASSAY, PRODUCT = "qpcr", "RDML"
MOST_BYTES = 96 << 20  # unpacked; its elements take ten times as much memory
_ZIP = b"PK\x03\x04"
_REMEDY = "Export the run again as RDML, or as a table of Cq."
_TASKS = {
    "unkn": "unknown",
    "ntc": "ntc",
    "nac": "ntc",
    "ntp": "ntc",
    "nrt": "no rt",
    "std": "standard",
    "pos": "positive",
    "opt": "unknown",
}
_NAMES: Names = {name: (name,) for name in ("position", "sample", "target", "task", "cq", "quantity", "omit", "plate")}
_COLUMNS = tuple(_NAMES)
_READ: Mapping[str, tuple[str, ...]] = {  # element -> its elements that are read; of what is read whole, none
    "rdml": ("dateMade", "sample", "target", "dye", "experiment"),
    "sample": ("type", "quantity"),
    "quantity": ("value",),
    "target": ("amplificationEfficiency",),
    "dye": ("dyeChemistry",),
    "experiment": ("run",),
    "run": (
        *("instrument", "dataCollectionSoftware", "backgroundDeterminationMethod", "cqDetectionMethod"),
        *("pcrFormat", "runDate", "react"),
    ),
    "dataCollectionSoftware": ("name", "version"),
    "pcrFormat": ("rows", "columns"),
    "react": ("sample", "data", "excl"),
    "data": ("tar", "cq", "excl", "adp", "mdp"),
    "adp": ("cyc", "fluor"),
    "mdp": ("tmp", "fluor"),
}


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the file is RDML: a zip that holds ``rdml_data.xml``, or XML whose root is ``rdml``."""
    if context.assay not in (None, ASSAY):
        return False
    head = raw.head
    if head.startswith(_ZIP):
        return raw.suffix in (".rdml", ".rdm") or head[30:43] == b"rdml_data.xml"
    return re.search(rb"<(?:\w+:)?rdml[\s>]", head[:4096]) is not None


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every run into ``core.qpcr_wells`` and ``core.qpcr_runs``, its curves beside them.

    A run is a plate. Wells that the file excludes are ``omitted``; samples of type std, ntc, nac, nrt and
    pos have those tasks; a Cq of -1, 0 or NaN means that nothing amplified. Samples without
    amplification of a target keep their row. Raises ``BadInputError`` for what is no intact RDML, for XML
    with a document type or entities, and for archives that unpack to more than 96 MiB.
    """
    root = _plain(read_xml(_xml(raw), raw.name, _REMEDY))
    if root.tag != "rdml":
        raise bad_input(raw.name, "", "no_rdml", f"the XML is {root.tag!r}; rdml was expected", _REMEDY, root.tag)
    samples = {s.get("id", ""): s for s in root.findall("sample")}
    runs = [(e, r) for e in root.findall("experiment") for r in e.findall("run") if r.find("react") is not None]
    if not runs:
        message = "the file has no run with reactions"
        raise bad_input(raw.name, "experiment", "no_readings", message, _REMEDY)
    found = _joined([_run(raw, context, root, samples, run, is_only=len(runs) == 1) for run in runs])
    return replace(found, unread=_unread(root))


def _xml(raw: RawFile) -> bytes:
    content = read_content(raw, PRODUCT)
    if not content.startswith(_ZIP):
        return _bounded(content, raw.name, "the file has")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith(".xml")]
            name = next((n for n in names if n.rpartition("/")[2] == "rdml_data.xml"), names[0] if names else None)
            if name is None:
                raise bad_input(raw.name, "", "no_rdml", "the archive holds no rdml_data.xml", _REMEDY)
            with archive.open(name) as stream:  # the stated size may lie, so reading is what is limited
                text = stream.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        message = f"the archive cannot be opened ({error})"
        raise bad_input(raw.name, "", "damaged_archive", message, _REMEDY) from error
    return _bounded(text, raw.name, f"{name} of the archive unpacks to")


def _bounded(text: bytes, file: str, what: str) -> bytes:
    if len(text) > MOST_BYTES:
        message = f"{what} more than {MOST_BYTES >> 20} MiB; one study's runs were expected"
        raise bad_input(file, "", "archive_too_large", message, "Export fewer runs into one file.")
    return text


def _plain(root: Element) -> Element:
    """Forget namespaces: every version of RDML has the same element names."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _run(
    raw: RawFile,
    context: Context,
    root: Element,
    samples: Mapping[str, Element],
    at: tuple[Element, Element],
    *,
    is_only: bool,
) -> Parsed:
    experiment, run = at
    name = f"{experiment.get('id', '')} {run.get('id', '')}".strip()
    size, columns = _plate_format(run)
    cells: list[tuple[int, tuple[str, ...]]] = []
    amplification: list[tuple[int, tuple[str, ...]]] = []
    melt: list[tuple[int, tuple[str, ...]]] = []
    for react in run.findall("react"):
        well = _well(react.get("id", ""), columns, raw.name, name)
        sample = _reference(react, "sample")
        about = samples.get(sample)
        for data in react.findall("data"):
            target = _reference(data, "tar")
            line = len(cells) + 1
            quantity = (about.findtext("quantity/value") or "").strip() if about is not None else ""
            cq = _cq(data.findtext("cq"))
            omit = "true" if _is_said(react, "excl") or _is_said(data, "excl") else ""
            cells.append((line, (well, sample, target, _task(about, target), cq, quantity, omit, "")))
            amplification += [(line, (well, target, *point)) for point in _points(data, "adp", "cyc")]
            melt += [(line, (well, target, *point)) for point in _points(data, "mdp", "tmp")]
    header = _header(root, experiment, run)
    about_run = replace(run_of(header, raw, context), name=name or raw.name, is_only=is_only)
    if size in PLATE_SHAPES:
        about_run = replace(about_run, size=size)
    table = CqTable(_COLUMNS, tuple(cells), f"run {name}, reaction", names=_NAMES)
    curves = [
        CqTable(("Well Position", "Target", "Cycle", "Fluorescence"), tuple(amplification), table.where),
        CqTable(("Well Position", "Target", "Temperature", "Fluorescence"), tuple(melt), table.where),
    ]
    return parsed(table, about_run, curves)


def _reference(parent: Element, tag: str) -> str:
    found = parent.find(tag)
    return "" if found is None else (found.get("id") or "").strip()


def _is_said(parent: Element, tag: str) -> bool:
    found = parent.find(tag)
    return found is not None and (found.text or "").strip().lower() not in ("false", "0")


def _task(sample: Element | None, target: str) -> str:
    """Type of a sample for a target: since RDML 1.3 it may differ by target."""
    types = [] if sample is None else sample.findall("type")
    own = [t for t in types if t.get("targetId") == target] or [t for t in types if not t.get("targetId")] or types
    return _TASKS.get((own[0].text or "").strip().lower(), "unknown") if own else "unknown"


def _cq(text: str | None) -> str:
    """Cq as text; RDML writes -1 or NaN, or nothing, where nothing amplified."""
    plain = (text or "").strip()
    return "Undetermined" if not plain or plain.lower() in ("nan", "inf", "-inf") or plain.startswith("-") else plain


def _points(data: Element, tag: str, x: str) -> Iterator[tuple[str, str]]:
    for point in data.findall(tag):
        yield (point.findtext(x) or "").strip(), (point.findtext("fluor") or "").strip()


def _plate_format(run: Element) -> tuple[int | None, int]:
    """Wells and columns of the run's plate; 12 columns where the file does not say."""
    texts = [(run.findtext(f"pcrFormat/{tag}") or "").strip() for tag in ("rows", "columns")]
    if not all(re.fullmatch(r"[1-9]\d{0,3}", t) for t in texts):
        return None, 12
    rows, columns = map(int, texts)
    return rows * columns, columns


def _well(react: str, columns: int, file: str, run: str) -> str:
    """Name of a reaction's well: RDML counts them row by row, some programs write the name."""
    if re.fullmatch(r"[1-9]\d{0,4}", react):
        row, column = divmod(int(react) - 1, columns)
        name = well_at(row, column) if row < 32 and column < 99 else None  # noqa: PLR2004  # rows end at AF
    else:
        name = well_name(react)
    if name is None:
        message = f"{react!r} is no reaction of a plate with {columns} columns"
        raise bad_input(file, f"run {run}", "unknown_well", message, _REMEDY, react)
    return name


def _header(root: Element, experiment: Element, run: Element) -> dict[str, str]:
    """What RDML says of a run, by the names that other exports use."""
    said = {
        "experiment name": experiment.get("id") or "",
        "rdml version": root.get("version") or "",
        "date made": root.findtext("dateMade") or "",
        "run date": run.findtext("runDate") or "",
        "instrument": run.findtext("instrument") or "",
        "software": " ".join((run.findtext(f"dataCollectionSoftware/{t}") or "") for t in ("name", "version")),
        "quantification cycle method": run.findtext("cqDetectionMethod") or "",
        "chemistry": (root.findtext("dye/dyeChemistry") or "") or _reference(root, "dye"),
        "background": run.findtext("backgroundDeterminationMethod") or "",
    }
    for target in root.findall("target"):
        if factor := (target.findtext("amplificationEfficiency") or "").strip():
            said[f"amplification efficiency of {target.get('id', '')}"] = factor
    return {key: value.strip() for key, value in said.items() if value.strip()}


def _unread(root: Element) -> tuple[str, ...]:
    """Elements that nothing above reads, as ``parent/child``, once each."""
    found: dict[str, None] = {}
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        for child in parent:
            if child.tag in _READ.get(parent.tag, ()):
                waiting.append(child)
            else:
                found[f"{parent.tag}/{child.tag}"] = None
    return tuple(sorted(found))


def _joined(pieces: list[Parsed]) -> Parsed:
    tables = list(dict.fromkeys(table for p in pieces for table in p.frames))
    kinds = list(dict.fromkeys(kind for p in pieces for kind in p.derived))
    return Parsed(
        {t: pl.concat([p.frames[t] for p in pieces if t in p.frames]) for t in tables},
        tuple(problem for p in pieces for problem in p.problems),
        tuple(dict.fromkeys(name for p in pieces for name in p.unread)),
        {k: pl.concat([p.derived[k] for p in pieces if k in p.derived]) for k in kinds},
    )


PARSER = Parser(
    name="rdml",
    version="1",
    product=PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
