"""FCS files: the events of flow cytometers of all vendors."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import polars as pl

from schemas.errors import BadInputError, Problem, bad_input, warning
from tasks.contracts import GZIP_MAGIC, Context, Parsed, Parser, RawFile
from tasks.methods.fcs import DataSet, column_names, read_fcs
from tasks.methods.fcs_fallback import read_by_flowio
from tasks.methods.fcs_text import is_fcs
from tasks.methods.file_samples import sample_of
from tasks.methods.flow_channels import describe, panel_of, unmapped
from tasks.methods.lines import read_content
from tasks.methods.personal_data import WITHHELD, patient_fields
from tasks.methods.sample_names import match_samples
from tasks.methods.spillover import Spillover, from_keywords
from tasks.methods.spillover_tables import read_matrix

ASSAY = "flow_cytometry"
PRODUCT = "a flow cytometer (FCS)"
COMPENSATION = "flow.compensation"
CONTROLS = ("unstained", "single_stain", "fmo", "isotype")
RESERVED = ("study_id", "object_id", "data_set", "event", "filename")
_NAMES = ("TUBE NAME", "SAMPLE ID", "SAMPLEID", "@SAMPLEID1", "@SAMPLEID2", "$SMNO", "$SRC", "$FIL", "WELL ID")
_LONGEST = 4_000
_DATES = ("%d-%b-%Y", "%d-%b-%y", "%Y-%b-%d", "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d %b %Y")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the file begins as FCS does, or is a damaged one that keeps the name."""
    if context.assay not in (None, ASSAY):
        return False
    return is_fcs(raw.head) or raw.suffix in {".fcs", ".lmd"}


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every acquisition into ``core.flow_samples`` and its events into ``core.flow_events``.

    Of two data sets that are one acquisition at two resolutions (FC500, Gallios) the finer one is read. Controls,
    panel, run and time are those of files.csv; the matrix is that of files.csv's or study.yaml's file, else the
    file's own. Raises ``BadInputError`` for a file that is damaged or whose events cannot be located.
    """
    content = _content(raw)
    try:
        data_sets = read_fcs(content, raw.name)
    except BadInputError as refusal:
        data_sets = read_by_flowio(content, raw.name, refusal)
    kept = _distinct(data_sets)
    problems = [*_notes(raw, kept)]
    control = _control(raw, context)
    rows, frames = [], []
    for item in kept:
        columns = column_names(item.channels, RESERVED)
        frames.append(_events(item, columns))
        row, found = _row(raw, context, item, columns, control)
        rows.append(row)
        problems += found
    unread = [*dict.fromkeys(name for item in kept for name in unmapped(item))]
    unread += [f"data set {d.number} (the same events, coarser)" for d in data_sets if d not in kept]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    events = pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]
    return Parsed({"core.flow_samples": frame}, tuple(problems), tuple(unread), {"flow_events": events})


def _content(raw: RawFile) -> memoryview:
    """The file's bytes, mapped where it is not packed: events are copied only into their columns."""
    if raw.head.startswith(GZIP_MAGIC) or not raw.path.stat().st_size:
        return memoryview(read_content(raw, PRODUCT))
    with raw.path.open("rb") as stream:
        if stream.read(2) == GZIP_MAGIC:
            return memoryview(read_content(raw, PRODUCT))
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


def _distinct(data_sets: Sequence[DataSet]) -> list[DataSet]:
    """Data sets without those that another one has at a finer scale."""
    coarse = {
        a.number
        for a in data_sets
        for b in data_sets
        if a is not b
        and a.event_count == b.event_count
        and len(a.channels) <= len(b.channels)
        and a.version < b.version
        and {c.bits for c in a.channels} != {c.bits for c in b.channels}
    }
    return [d for d in data_sets if d.number not in coarse]


def _events(item: DataSet, columns: Sequence[str]) -> pl.DataFrame:
    index = pl.int_range(1, item.event_count + 1, dtype=pl.Int64, eager=True)
    linear = item.linear_columns()
    channels = [pl.Series(name, values, nan_to_null=True) for name, values in zip(columns, linear, strict=True)]
    number = pl.lit(item.number, pl.Int64).alias("data_set")
    return pl.DataFrame([index.alias("event"), *channels]).select(number, pl.all())


def _row(
    raw: RawFile, context: Context, item: DataSet, columns: Sequence[str], control: str | None
) -> tuple[dict[str, object], list[Problem]]:
    row, keywords = context.row, item.keywords
    channels = describe(item, columns)
    spillover, source, problems = _spillover(raw, context, item, columns)
    stains = [c for c in channels if c["kind"] == "fluorescence"]
    flags = {
        "no_events": not item.event_count,
        "odd_offsets": bool(item.notes),
        "bad_spillover": any(p.rule == "bad_spillover" for p in problems),
        "compensation_missing": len(stains) > 1 and (spillover is None or spillover.is_identity),
    }
    declared = row.sample if row else None
    return {
        "data_set": item.number,
        "sample_name": declared if control else declared or _sample(raw, context, item),
        "control": control,
        "marker": (row.marker or row.target) if row else None,
        "panel": (row.panel if row else None) or panel_of(channels),
        "run": row.run if row else None,
        "time_h": row.time_h if row else None,
        "event_count": item.event_count,
        "channels": json.dumps(channels, ensure_ascii=False),
        "spillover": spillover.to_json() if spillover else None,
        "spillover_source": source,
        "cytometer": keywords.get("$CYT", "").strip() or None,
        "measured_on": _measured_on(item),
        "fcs_version": item.version,
        "flag": ";".join(name for name, is_set in flags.items() if is_set) or None,
        "keywords": json.dumps(_kept(keywords), ensure_ascii=False, sort_keys=True),
    }, problems


def _kept(keywords: Mapping[str, str]) -> dict[str, str]:
    """Keywords as analysts see them: very long ones cut, without those that tell who a patient is."""
    personal = patient_fields(keywords)
    return {k: WITHHELD if k in personal and v.strip() else v[:_LONGEST] for k, v in keywords.items()}


def _sample(raw: RawFile, context: Context, item: DataSet) -> str:
    """The first keyword that names a known sample or material; else what the file's own name says."""
    known = context.study.sample_ids | context.study.material_ids
    written = [item.keywords.get(name, "").strip() for name in _NAMES]
    for name in written:
        if name and (found := match_samples([name], known)[name]):
            return found
    return sample_of(raw, context)


def _control(raw: RawFile, context: Context) -> str | None:
    said = (context.row.control or "").strip() if context.row else ""
    if not said:
        return None
    found = said.lower().replace(" ", "_").replace("-", "_")
    found = {"single": "single_stain", "compensation": "single_stain", "blank": "unstained"}.get(found, found)
    if found not in CONTROLS:
        line = context.row.line if context.row else 0
        message = f"files.csv says control {said!r}; {', '.join(CONTROLS)} or nothing was expected"
        raise bad_input(raw.name, f"files.csv, line {line}", "unknown_control", message, "Correct the column control.")
    return found


def _spillover(
    raw: RawFile, context: Context, item: DataSet, columns: Sequence[str]
) -> tuple[Spillover | None, str | None, list[Problem]]:
    """The matrix in terms of the events' columns, where it is from, and what is wrong with it."""
    names = [c.name for c in item.channels]
    by_name = dict(zip(reversed(names), reversed(columns), strict=True))  # the first of a name that stands twice
    problems: list[Problem] = []
    named, reference = _matrix_file(context)
    if named and reference is None:
        message = f"the spillover matrix {named} is not in the study's folder; it is not used"
        problems.append(warning(raw.name, "", "matrix_missing", message, _matrix_remedy()))
    if reference is not None:
        try:
            found = read_matrix(reference)
            lacking = [c for c in found.channels if c not in by_name]
            if not lacking:
                return found.renamed(by_name), reference.name, []
            message = f"the matrix has the channel {lacking[0]!r}, which {raw.name} lacks; it is not used for that file"
            problems.append(warning(reference.name, "header", "other_channels", message, "Give a matrix of its panel."))
        except BadInputError as error:
            problems += [warning(p.file, p.place, p.rule, p.message, p.remedy) for p in error.problems]
    found_here, why = from_keywords(item.keywords, names)
    if why:
        message = f"the file's compensation cannot be used: {why}"
        problems.append(warning(raw.name, f"data set {item.number}", "bad_spillover", message, _matrix_remedy()))
    if found_here is None:
        return None, None, problems
    return found_here.renamed(by_name), "keyword", problems


def _matrix_file(context: Context) -> tuple[str, RawFile | None]:
    """Name and file of the matrix that files.csv names in `compensation`, else study.yaml; empty where neither does."""
    own = (context.row.attributes.get("compensation") or "").strip() if context.row else ""
    if own:
        return own, context.references.get(f"{COMPENSATION}/{own}")
    return context.study.config.flow.compensation or "", context.references.get(COMPENSATION)


def _matrix_remedy() -> str:
    return "Name a matrix file as flow.compensation in study.yaml, or declare single-stain controls in files.csv."


def _measured_on(item: DataSet) -> str | None:
    text, clock = item.keywords.get("$DATE", "").strip(), item.keywords.get("$BTIM", "").strip()[:8]
    for form in _DATES:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 -- the instrument names no zone
        except ValueError:
            continue
        try:
            moment = datetime.strptime(clock, "%H:%M:%S").time()  # noqa: DTZ007 -- same
        except ValueError:
            return day.isoformat()
        return datetime.combine(day, moment).isoformat()
    return None


def _notes(raw: RawFile, data_sets: Sequence[DataSet]) -> Iterator[Problem]:
    for item in data_sets:
        place = f"data set {item.number}"
        for note in item.notes:
            remedy = "Compare the number of events with what the cytometer's program shows."
            yield warning(raw.name, place, "odd_offsets", note, remedy)
        if personal := [k for k in patient_fields(item.keywords) if item.keywords[k].strip()]:
            message = (
                f"the keyword {personal[0]} tells who the donor is; its value is not loaded, the raw file keeps it"
            )
            remedy = "Take the keyword out and ingest the file again, if raw files must not tell."
            yield warning(raw.name, place, "personal_data", message, remedy)
        if not item.event_count:
            yield warning(raw.name, place, "no_events", "the acquisition has no events", "Check the recording.")


PARSER = Parser(
    name="fcs",
    version="1",
    product=PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    references=(COMPENSATION,),
    options=(COMPENSATION,),
)
