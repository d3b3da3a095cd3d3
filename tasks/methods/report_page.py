"""The report as one HTML page: the only place that knows HTML, where every text is escaped. Pure."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from tasks.methods.report_blocks import (
    Block,
    Bullets,
    Chapter,
    Grid,
    Heading,
    Inline,
    Link,
    Paragraph,
    Picture,
    Strong,
)

FOLDER = "templates"
PRINTED = {False: 60, True: 25}  # rows of a table that stand on paper, by whether it is folded; report.css hides others

WHOLE, LONGEST = 12, 16  # letters of a word that stays whole, and of a piece that need not be broken anywhere
WBR = Markup("<wbr>")
AIRY = 6  # columns of a table up to which it has wide margins; more stand close, and wrap


@dataclass(frozen=True)
class Cover:
    """What stands at the head of the page."""

    study_id: str
    title: str
    organism: str
    published: str
    version: str
    is_simulated: bool


@dataclass(frozen=True)
class Embedded:
    """A figure's files as the page holds them: ``data:`` addresses, or a path beside the page where too large."""

    image: str
    source: str
    width_px: int
    height_px: int
    png: str
    svg: str


@dataclass(frozen=True)
class Gallery:
    """Pictures side by side."""

    pictures: tuple[Block, ...]


def pieces(text: str) -> list[str]:
    """A text in the pieces between which a line may end: within long words after ``/ _ ; , |``."""
    if all(len(word) <= WHOLE for word in text.split()):
        return [text]
    return re.split(r"(?<=[/_;,|])(?=\S)", text)


def breakable(text: str) -> Markup:
    """A cell's text, escaped, that a line may end in wherever ``pieces`` part it."""
    return WBR.join(pieces(text))


def template(name: str) -> str:
    """A file of the templates' folder."""
    return (files("tasks") / FOLDER / name).read_text(encoding="utf-8")


def data_address(kind: str, data: bytes) -> str:
    """Bytes as a ``data:`` address."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def source_hash(text: str) -> str:
    """How a content security policy names the one script or style that may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    environment.tests["unbroken"] = lambda text: any(
        len(word) > LONGEST for piece in pieces(text) for word in piece.split()
    )
    environment.tests["linked"] = lambda item: isinstance(item, Link)
    environment.tests["strong"] = lambda item: isinstance(item, Strong)
    for name, kind in {
        "heading": Heading,
        "paragraph": Paragraph,
        "bullets": Bullets,
        "grid": Grid,
        "gallery": Gallery,
    }.items():
        environment.tests[name] = lambda item, kind=kind: isinstance(item, kind)
    return environment


def gathered(blocks: Iterable[Block]) -> list[Block | Gallery]:
    """Blocks of a chapter, pictures that follow each other side by side."""
    found: list[Block | Gallery] = []
    for is_picture, group in groupby(blocks, key=lambda b: isinstance(b, Picture)):
        together = tuple(group)
        found += [Gallery(together)] if is_picture else together
    return found


def anchors(chapters: Iterable[Chapter]) -> frozenset[str]:
    """Every id that a link of the page may lead to."""
    found: set[str] = set()
    for chapter in chapters:
        found.add(chapter.name)
        for block in chapter.blocks:
            if isinstance(block, Heading | Grid):
                found.add(block.anchor)
            if isinstance(block, Grid):
                found.update(block.anchors)
            if isinstance(block, Picture):
                found.add(f"figure-{block.stem}")
    return frozenset(found)


def page(cover: Cover, chapters: Sequence[Chapter], embedded: Mapping[str, Embedded]) -> str:
    """The whole page. ``embedded``: files of the pictures by stem."""
    known = anchors(chapters)
    style, script = template("report.css"), template("report.js")

    def target(item: Inline) -> str:
        """Where a link leads; nothing for an anchor that is not there or an address that is no web page's."""
        href = item.href if isinstance(item, Link) else ""
        if href.startswith("#"):
            return href if href[1:] in known else ""
        return href if href.startswith(("https://", "figures/", "exports/")) else ""

    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            cover=cover,
            chapters=chapters,
            embedded=embedded,
            gathered=gathered,
            printed=PRINTED,
            airy=AIRY,
            target=target,
            is_known=lambda href: href.startswith("#") and href[1:] in known,
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            style_hash=source_hash(style),
            script_hash=source_hash(script),
        )
    )
