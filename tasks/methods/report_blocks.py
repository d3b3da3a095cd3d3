"""What a study's report is made of: sections, and the blocks of text, tables and pictures in them.

A section is one file of ``tasks.sections`` that defines ``SECTION``; it turns frames into blocks and knows no
HTML. ``tasks.methods.report_page`` is the only one that does: every text in a block is escaped there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.contracts import discover


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere: ``#anchor`` of this page, a file beside it, or an https address.

    A link to an anchor that the page does not have is shown as plain words.
    """

    text: str
    href: str


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


Inline = str | Link | Strong
Text = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """A heading within a section; ``level`` 3 or, below one of those, 4."""

    text: str
    anchor: str
    level: int = 3


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``kind`` is empty, or says how it is framed: ``note``, ``good`` or ``bad``."""

    text: Text
    kind: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class Cell:
    """A cell as it is read; ``value`` is the exact number, for sorting and for the CSV."""

    text: str
    value: float | None = None
    href: str = ""


@dataclass(frozen=True)
class Grid:
    """A table that can be sorted and saved as CSV.

    ``columns`` are headings, ``rows`` as many cells each, the first cell being the row's heading. ``anchors`` are
    ids of the rows, where something links to them. ``note`` stands below: what was cut, what words mean.
    A ``folded`` table opens on demand, and where a link leads to it.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchor: str
    note: str = ""
    anchors: tuple[str, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure of ``result.figures``; its files are looked up by ``stem``."""

    stem: str
    title: str
    caption: str
    alt: str


Block = Heading | Paragraph | Bullets | Grid | Picture


@dataclass(frozen=True)
class Section:
    """A chapter of the report.

    ``reads`` names tables and the columns wanted of each (empty: all). ``content`` is given these frames, those of
    one study; a table that this version does not declare is missing. ``figure_tables``: pictures of figures that
    read one of these tables belong here; they come as the frame ``result.figures`` with the figure's own ``assay``,
    ``contrast`` and ``library`` where it has them. A section without blocks is left out.
    """

    name: str
    title: str
    order: int
    reads: Mapping[str, tuple[str, ...]]
    content: Callable[[StudyYaml, Mapping[str, pl.DataFrame]], Sequence[Block]]
    figure_tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A section as it stands in one report."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@cache
def sections() -> tuple[Section, ...]:
    """Every section of ``tasks.sections`` in the order of the report."""
    found: dict[str, Section] = discover("tasks.sections", "SECTION", Section)
    return tuple(sorted(found.values(), key=lambda s: (s.order, s.name)))


def pictures(figures: pl.DataFrame) -> list[Block]:
    """Pictures of rows of ``result.figures``, by stem."""
    columns = ("stem", "title", "caption", "alt")
    return [Picture(*row) for row in figures.select(columns).sort("stem").iter_rows()]
