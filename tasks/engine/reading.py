"""One raw file to tidy frames, or to the reason why not. Touches no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from logging import getLogger

import polars as pl

from schemas.base import tables
from schemas.errors import BadInputError, Problem, Severity
from tasks.contracts import Context, Parsed, Parser, RawFile, parsers
from tasks.methods.file_dates import before_culture
from tasks.methods.sample_names import match_materials, match_samples, unknown_samples
from tasks.methods.signatures import unreadable_reason

log = getLogger(__name__)
UNREAD = "core.unread_fields"


@dataclass(frozen=True)
class Reading:
    """What became of a file: its frames, or why there are none."""

    name: str
    object_id: str
    status: str  # loaded, quarantined, ignored
    assay: str
    parser: Parser | None = None
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    derived: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    sample_names: Mapping[str, str | None] = field(default_factory=dict)
    is_bug: bool = False

    @property
    def reason(self) -> str | None:
        """Why the file is not loaded."""
        if self.status == "loaded":
            return None
        if not self.problems:
            return "nobody reads this kind of file"
        more = len(self.problems) - 1
        others = f" {more} more {'problem' if more == 1 else 'problems'}: `benchlake check` lists all." if more else ""
        return f"{self.problems[0]}{others}"


def read_file(raw: RawFile, context: Context) -> Reading:
    """Let the one parser that claims the file read it; say why when none does or it fails.

    A bug in a parser quarantines its file with the traceback in the log, so that the night goes on.
    """
    try:
        parser = claimant(raw, context)
        if parser is None:
            return _unclaimed(raw, context)
        parsed = parser.parse(raw, context)
        return _tidy(raw, context, parser, parsed)
    except BadInputError as error:
        return Reading(raw.name, raw.sha256, "quarantined", context.assay or "", problems=error.problems)
    except Exception as error:
        log.exception("bug while reading %s", raw.name)
        problem = Problem(
            Severity.LOCAL,
            raw.name,
            "",
            "",
            "parser_bug",
            f"benchlake failed on this file ({type(error).__name__}: {error})",
            "This is a bug, not your mistake: please report it with the file; everything else was loaded.",
        )
        return Reading(raw.name, raw.sha256, "quarantined", context.assay or "", problems=(problem,), is_bug=True)


def claimant(raw: RawFile, context: Context) -> Parser | None:
    """The one parser that claims the file; product parsers go before generic ones.

    Raises ``BadInputError`` when two claim it or when files.csv declares another assay than it reads.
    """
    claims = [p for p in parsers().values() if p.claims(raw, context)]
    chosen = [p for p in claims if not p.is_generic] or claims
    if not chosen:
        return None
    if len(chosen) > 1:
        raise BadInputError(
            Problem(
                Severity.LOCAL,
                raw.name,
                "",
                "",
                "ambiguous_format",
                f"two parsers recognise it ({', '.join(p.name for p in chosen)})",
                "Name its assay in files.csv; if it is named, please report this file.",
            )
        )
    parser = chosen[0]
    if context.assay and context.assay not in parser.assays:
        raise BadInputError(
            Problem(
                Severity.LOCAL,
                raw.name,
                f"files.csv, line {context.row.line}" if context.row else "",
                context.assay,
                "other_assay",
                f"files.csv says {context.assay}, but this is a {parser.product} file ({', '.join(parser.assays)})",
                "Correct the assay in files.csv, or put the right file in its place.",
            )
        )
    return parser


def _unclaimed(raw: RawFile, context: Context) -> Reading:
    assay = context.assay
    if assay and any(assay in p.assays for p in parsers().values()):
        return Reading(raw.name, raw.sha256, "quarantined", assay, problems=(unreadable_reason(raw, context),))
    message = f"no parser for {assay} yet" if assay else "no parser recognises this file"
    remedy = (
        "The bytes are kept; it is loaded by itself once a parser exists."
        if assay
        else "If it holds results, name its assay in files.csv; otherwise nothing is to be done."
    )
    problem = Problem(Severity.WARNING, raw.name, "", assay or "", "no_parser", message, remedy)
    return Reading(raw.name, raw.sha256, "ignored", assay or "", problems=(problem,))


def _tidy(raw: RawFile, context: Context, parser: Parser, parsed: Parsed) -> Reading:
    frames, problems = {**parsed.frames, **_unread(parsed)}, list(parsed.problems)
    parser = replace(parser, name=parsed.read_by) if parsed.read_by else parser
    named = [f for f in frames.values() if "sample_name" in f.columns]
    names = sorted({str(n) for f in named for n in f["sample_name"].unique().drop_nulls().to_list()})
    matched = match_samples(names, context.study.sample_ids)
    materials = match_materials(matched, context.study.material_ids)
    if not any(p.rule in {"unknown_sample", "ambiguous_sample"} for p in problems):
        known, layout = context.study.sample_ids, context.layout
        told = layout.samples if layout else set()  # with the sheet
        unknown = [n for n in cultures(frames) if matched[n] is None and n not in materials and n not in told]
        used = {s for s in matched.values() if s}
        problems += unknown_samples(raw, unknown, known, rows=_kind_of_rows(frames), used=used)
    frames = {table: _identified(table, frame, matched, materials) for table, frame in frames.items()}
    problems += before_culture(raw, frames, matched, context.study)
    assay = context.assay or parser.assays[0]
    return Reading(raw.name, raw.sha256, "loaded", assay, parser, frames, parsed.derived, tuple(problems), matched)


def _kind_of_rows(frames: Mapping[str, pl.DataFrame]) -> str:
    """What a file gives of its samples, in a word."""
    if any("well" in frame.columns for frame in frames.values()):
        return "wells"
    return "counts" if "core.feature_counts" in frames else "rows"


def _unread(parsed: Parsed) -> dict[str, pl.DataFrame]:
    """What the file says besides as a frame, so that it can be looked up; no frame where nothing is left."""
    fields = [text for field in dict.fromkeys(parsed.unread) if (text := field.strip())]
    return {UNREAD: pl.DataFrame({"field": fields}).unique(maintain_order=True)} if fields else {}


def _identified(
    table: str, frame: pl.DataFrame, matched: Mapping[str, str | None], materials: Mapping[str, str]
) -> pl.DataFrame:
    """Rows with the culture, or else the material, that their ``sample_name`` is."""
    if "sample_name" not in frame.columns:
        return frame
    # by position in the list of names: a count matrix has millions of rows and few names
    names = sorted(matched)
    positions = frame["sample_name"].cast(pl.String).cast(pl.Enum(names)).to_physical()
    for column, ids in (("sample_id", matched), ("material_id", materials)):
        if column in tables()[table].model_fields:
            found = pl.Series(column, [ids.get(name) for name in names], dtype=pl.String)
            frame = frame.with_columns(found.gather(positions))
    return frame


def cultures(frames: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Names in the file that should be cultures: no blank, empty well, standard or control of the run."""
    names: set[str] = set()
    for frame in frames.values():
        if "sample_name" in frame.columns:
            for column, meant in (("role", "sample"), ("task", "unknown")):
                frame = frame.filter(pl.col(column) == meant) if column in frame.columns else frame  # noqa: PLW2901
            names |= set(frame["sample_name"].drop_nulls().cast(pl.String).unique().to_list())
    return tuple(sorted(names))
