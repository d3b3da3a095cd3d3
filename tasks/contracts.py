"""What a parser, an analysis and a figure are.

A new one is one new file that defines ``PARSER``, ``ANALYSIS`` or ``FIGURE``.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import polars as pl

from schemas.base import declared
from schemas.errors import DeclarationError, Problem
from schemas.sheets import FileRow, Layout
from schemas.study import Study

HEAD_BYTES = 65536
GZIP_MAGIC = b"\x1f\x8b"
BESIDE = "beside"  # kind of reference that is no file of study.yaml but another raw file


@dataclass(frozen=True)
class RawFile:
    """A raw file as the instrument wrote it; bytes are read when asked for, gunzipped."""

    name: str  # path in the study folder, forward slashes
    path: Path  # where the bytes are now
    sha256: str
    modified_at: datetime

    @classmethod
    def read(cls, path: Path, name: str | None = None) -> RawFile:
        """Describe a file on disk, hashing it."""
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return cls(name or path.name, path, digest, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, gunzipped: what ``claims`` looks at. A damaged gzip gives its raw bytes."""
        with self.path.open("rb") as stream:
            start = stream.read(HEAD_BYTES)
        if not start.startswith(GZIP_MAGIC):
            return start
        try:
            with gzip.open(self.path) as stream:
                return stream.read(HEAD_BYTES)
        except (OSError, EOFError):
            return start

    @cached_property
    def content(self) -> bytes:
        """All bytes, gunzipped. Raises ``OSError`` or ``EOFError`` for a damaged gzip."""
        data = self.path.read_bytes()
        return gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data

    @property
    def suffix(self) -> str:
        """Lower-case ending without ``.gz``, e.g. ``.txt``."""
        return Path(self.name.lower().removesuffix(".gz")).suffix


@dataclass(frozen=True)
class Context:
    """What the study says about a file: its files.csv row, layout, known samples, reference files."""

    study: Study
    row: FileRow | None = None
    layout: Layout | None = None
    references: Mapping[str, RawFile] = field(default_factory=dict)  # key of study.yaml -> file

    @property
    def assay(self) -> str | None:
        """The assay that files.csv declares."""
        return self.row.assay if self.row else None

    def beside(self, raw: RawFile, word: str, words: Sequence[str]) -> RawFile | None:
        """The file of the same folder that is named as ``raw`` but for ``word``; see ``Parser.beside``."""
        twin = twins(raw.name, words).get(word)
        return self.references.get(f"{BESIDE}/{twin}") if twin else None


@dataclass(frozen=True)
class Parsed:
    """What a parser found: frames by table name, problems short of failure, vendor fields not mapped.

    Frames carry the table's columns without ``study_id``, ``object_id`` and ``sample_id``
    (the loader adds them; ``sample_name`` is what the file says). Missing nullable columns
    are filled with null. ``read_by`` is recorded as the parser where another library read the file.
    ``derived`` are frames too large for the database (events, curves), by the bare name of a table
    declared with ``derived=True``: the loader writes each as a Parquet file and names it in
    ``core.derived_files``. They may have columns beyond the declared ones.
    """

    frames: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...] = ()
    unread: tuple[str, ...] = ()
    derived: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    read_by: str | None = None


@dataclass(frozen=True)
class Parser:
    """A reader of one product's export or one format.

    ``claims`` looks at the head and the files.csv row and never raises. ``is_generic``
    parsers are asked only when no product's parser claims the file. ``parse`` raises
    ``BadInputError`` with file, place, expectation and remedy. A tool that splits its output over
    files of one folder (S1_CircRNACount, S1_LinearCount) has these words in ``beside``: the others
    are there for ``parse`` as ``context.beside``, and a file is read again when they change.
    """

    name: str
    version: str
    product: str
    assays: tuple[str, ...]
    claims: Callable[[RawFile, Context], bool]
    parse: Callable[[RawFile, Context], Parsed]
    is_generic: bool = False
    references: tuple[str, ...] = ()  # files named by study.yaml that it reads: keys of annotation, flow.gating, …
    options: tuple[str, ...] = ()  # other keys of study.yaml that decide its rows: organism, cerna.site_types, …
    beside: tuple[str, ...] = ()  # words that tell the files of one output apart by name, where it reads several


@dataclass(frozen=True)
class Part:
    """The unit of recomputation of an analysis: an assay, a fit, a comparison.

    ``where`` restricts each table read: table -> column -> values kept (``None`` is a value).
    ``tables`` names those of the analysis's ``reads`` that this part reads; null for all.
    ``parameters`` is all that ``run`` needs besides frames; it must be JSON.
    ``skip`` says why the part cannot run.
    """

    key: str
    where: Mapping[str, Mapping[str, tuple[Any, ...]]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    skip: str | None = None
    tables: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Computed:
    """An analysis's frames by table name (without ``study_id`` and ``run_id``) and what people should know.

    ``files`` are bytes that the rows name, by key of ``objects/derived``. ``nothing`` says why there is
    no row although nothing is wrong: the part counts as skipped.
    """

    frames: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    nothing: str | None = None


@dataclass(frozen=True)
class Analysis:
    """A computation from tables to tables, pure.

    ``reads`` names tables and, for each, the slice columns: ``parts`` is given the distinct
    values of those columns (never the facts themselves), ``run`` the rows that the part's
    ``where`` keeps. Facts read from raw objects come with ``is_excluded`` (exclusions.csv
    names the file or well), ``core.samples`` with ``is_excluded`` (names the sample).
    Derived tables (events, curves) can be sliced by ``object_id`` only; they come with ``object_id``
    first and without ``study_id``, files with other columns filled with null.
    ``writes`` names its tables; the first is the one whose rows are counted for people.
    ``feeds`` turns rows of the analysis's own table, joined to ``core.samples``, into rows of
    ``result.measurements``. An analysis with ``feed_slices`` also reads the table of every feed;
    ``analyses`` adds them to its ``reads`` with these slice columns. One that ``repeats_feeds`` reads these tables
    and all that the feeding analyses read, each with all slice columns named for it and its object.
    ``foretold`` says of a part that reads derived tables what its other tables tell without them, in the words of
    ``run``: people are told before anything is loaded.
    """

    name: str
    reads: Mapping[str, tuple[str, ...]]
    writes: tuple[str, ...]
    parts: Callable[[Study, Mapping[str, pl.DataFrame]], Sequence[Part]]
    run: Callable[[Part, Mapping[str, pl.DataFrame]], Computed]
    libraries: tuple[str, ...] = ()  # distributions whose version is part of the fingerprint
    feeds: Feed | None = None
    parts_per_step: int = 200  # 1 where a part is long or large
    feed_slices: tuple[str, ...] = ()
    repeats_feeds: bool = False
    foretold: Callable[[Part, Mapping[str, pl.DataFrame]], Iterable[Problem]] | None = None


@dataclass(frozen=True)
class Feed:
    """How a result table becomes measurements of one assay.

    ``measure`` is given rows of ``table`` with ``condition`` and ``donor_id`` of their sample and the
    values of ``parameters``; it keeps the columns it is given and adds ``measure, target, time_h, block_id,
    value, scale, unit, technical_n, technical_sd, is_excluded, na_reason`` where the table lacks them.
    """

    assay: str
    table: str
    measure: Callable[[pl.DataFrame, Mapping[str, Any]], pl.DataFrame]
    parameters: Callable[[Study], Mapping[str, Any]] = lambda _: {}


@dataclass(frozen=True)
class Drawing:
    """One picture and all that its reader needs.

    ``figure`` is a ``matplotlib.figure.Figure`` of one of the sizes in ``tasks.methods.figure_style``.
    ``source`` holds the very numbers drawn, one row per mark: the journal's Source Data sheet.
    ``caption`` names in plain words what is drawn, n, the statistics and their thresholds; ``alt``
    says what there is to see to somebody who cannot see it.
    """

    figure: Any
    source: pl.DataFrame
    title: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Figure:
    """A kind of figure: tables to pictures, pure.

    ``reads`` and ``parts`` are those of an analysis; each part is one picture, drawn again when its
    inputs, parameters or code changed. ``draw`` gives the picture, or says in words why there is
    nothing to draw. It runs in the house style (``tasks.methods.figure_style.house_style``) and imports
    matplotlib itself, because that is slow to import. Colours and labels of conditions come as parameters
    of the part (``figure_style.group_colours``), so that one condition has one colour in the whole study.
    """

    name: str
    reads: Mapping[str, tuple[str, ...]]
    parts: Callable[[Study, Mapping[str, pl.DataFrame]], Sequence[Part]]
    draw: Callable[[Part, Mapping[str, pl.DataFrame]], Drawing | str]
    libraries: tuple[str, ...] = ()  # besides matplotlib and numpy


def twins(name: str, words: Sequence[str]) -> dict[str, str]:
    """Files that belong to ``name`` by word: its own name, in its own folder, with that word instead."""
    folder, slash, bare = name.rpartition("/")
    own = next((word for word in words if word in bare), None)
    return {} if own is None else {w: f"{folder}{slash}{bare.replace(own, w)}" for w in words if w != own}


def discover(package: str, attribute: str, kind: type[Any]) -> dict[str, Any]:
    """Find the ``attribute`` of every module in ``package``, by name.

    Raises ``DeclarationError`` for a module without it or a name used twice.
    """
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(importlib.import_module(package).__path__), key=lambda m: m.name):
        item = getattr(importlib.import_module(f"{package}.{info.name}"), attribute, None)
        if not isinstance(item, kind):
            raise DeclarationError(f"{package}.{info.name} defines no {attribute} of type {kind.__name__}")
        if item.name in found:
            raise DeclarationError(f"two modules of {package} are named {item.name!r}")
        found[item.name] = item
    return found


@cache
def parsers() -> dict[str, Parser]:
    """Every parser of ``tasks.parsers`` by name."""
    return discover("tasks.parsers", "PARSER", Parser)


@cache
def figures() -> dict[str, Figure]:
    """Every kind of figure of ``tasks.figures`` by name."""
    return discover("tasks.figures", "FIGURE", Figure)


def _repeated_reads(item: Analysis, feeding: Sequence[Analysis]) -> dict[str, tuple[str, ...]]:
    """What an analysis reads that repeats others: their inputs and tables, by object where they have one."""
    reads = dict(item.reads)
    for other in feeding:
        assert other.feeds is not None
        for table, names in {**other.reads, other.feeds.table: ("experiment",)}.items():
            origin = ("object_id",) if "object_id" in declared()[table].model_fields else ()
            reads[table] = tuple(dict.fromkeys((*reads.get(table, ()), *names, *origin)))
    return reads


@cache
def analyses() -> dict[str, Analysis]:
    """Every analysis of ``tasks.analyses`` by name, each after those whose tables it reads."""
    found: dict[str, Analysis] = discover("tasks.analyses", "ANALYSIS", Analysis)
    feeding = [a.feeds.table for a in found.values() if a.feeds]
    for name, item in found.items():
        if item.feed_slices:
            found[name] = replace(item, reads={**item.reads, **dict.fromkeys(feeding, item.feed_slices)})
        if item.repeats_feeds:
            found[name] = replace(item, reads=_repeated_reads(item, [a for a in found.values() if a.feeds]))
    writers: dict[str, set[str]] = {}
    for item in found.values():
        for table in item.writes:
            writers.setdefault(table, set()).add(item.name)
    needs = {n: set().union(*(writers.get(t, set()) for t in a.reads)) - {n} for n, a in found.items()}
    order: dict[str, Analysis] = {}
    while needs:
        ready = sorted(n for n, before in needs.items() if before <= set(order))
        if not ready:
            raise DeclarationError(f"analyses read each other in a circle: {sorted(needs)}")
        for name in ready:
            order[name] = found[name]
            del needs[name]
    return order
