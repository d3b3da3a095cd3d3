from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from tasks.methods.report_blocks import Bullets, Cell, Chapter, Grid, Heading, Link, Paragraph, Picture, Strong
from tasks.methods.report_page import (
    Cover,
    Embedded,
    breakable,
    data_address,
    page,
    pieces,
    source_hash,
    template,
)

HOSTILE = '<script>alert("x")</script>\' onload=\'"&'
COVER = Cover(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, is_simulated=True)
FILE = Embedded("data:image/png;base64,AA==", "figures/f.csv", 700, 300, "figures/f.png", "figures/f.svg")
VOID = {"meta", "img", "br", "wbr", "link", "input"}


class Reader(HTMLParser):
    """Every start tag with its attributes; fails on a tag that is closed in the wrong place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, tag: str, attribute: str) -> list[str]:
        return [str(attributes[attribute]) for name, attributes in self.tags if name == tag and attribute in attributes]


def everything(text: str) -> tuple[Chapter, ...]:
    return (
        Chapter(
            "one",
            text,
            (
                Heading(text, "top"),
                Paragraph((text, Strong(text), Link(text, "#top")), "note"),
                Bullets(((text, Link(text, "https://doi.org/1")),)),
                Grid(text, (text,), ((Cell(text),), (Cell("1", 1.5, "#top"),)), "grid", text, ("r1", "r2")),
                Grid(text, (text,), ((Cell(text),),), "folded", folded=True),
                Picture("f", text, text, text),
            ),
        ),
    )


def test_every_text_is_escaped_in_every_block() -> None:
    text = page(COVER, everything(HOSTILE), {"f": FILE})
    reader = Reader(text)
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert "alert(" not in text.replace("alert(&#34;x&#34;)", "")
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert reader.values("img", "alt") == [HOSTILE]


def test_nothing_is_fetched_and_only_our_own_script_may_run() -> None:
    text = page(COVER, everything("x"), {"f": FILE})
    reader = Reader(text)
    policy = next(a["content"] for tag, a in reader.tags if tag == "meta" and "http-equiv" in a)
    assert policy
    assert "default-src 'none'" in policy
    for name, tag in (("report.css", "style"), ("report.js", "script")):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert inside
        assert inside[1] == template(name)
        assert source_hash(inside[1]) in policy
    assert not [a for tag, a in reader.tags if tag in {"link", "iframe", "object", "embed"}]
    assert all(src.startswith("data:") for src in reader.values("img", "src"))
    assert "style" not in {name for _, attributes in reader.tags for name in attributes}


@pytest.mark.parametrize("href", ["#nowhere", "javascript:alert(1)", "http://x.org", "//x.org", "data:text/html,x"])
def test_links_to_nowhere_or_elsewhere_are_plain_words(href: str) -> None:
    blocks = (Paragraph((Link("words", href),)), Grid("c", ("c",), ((Cell("words", None, href),),), "g"))
    text = page(COVER, (Chapter("one", "One", blocks),), {})
    assert href not in Reader(text).values("a", "href")
    assert text.count("words") == 2


def test_every_link_within_the_page_arrives_and_ids_are_unique() -> None:
    reader = Reader(page(COVER, everything("x"), {"f": FILE}))
    ids = [str(a["id"]) for _, a in reader.tags if "id" in a]
    assert len(ids) == len(set(ids))
    for href in reader.values("a", "href"):
        assert not href.startswith("#") or href[1:] in ids


def test_numbers_carry_their_exact_value() -> None:
    assert 'data-value="1.5"' in page(COVER, everything("x"), {"f": FILE})


def test_an_empty_report_is_a_page() -> None:
    assert "<main" in page(COVER, (), {})


def test_data_addresses_hold_the_bytes() -> None:
    assert base64.b64decode(data_address("text/csv", b"a,b").partition("base64,")[2]) == b"a,b"


def test_long_words_may_end_a_line_where_they_have_parts_and_copy_unchanged() -> None:
    assert pieces("IL-1β + USC") == ["IL-1β + USC"]
    assert pieces("landing/cck8/240307_CCK8.txt") == ["landing/", "cck8/", "240307_", "CCK8.txt"]
    assert str(breakable("SIMG00001;SIMG00002")) == "SIMG00001;<wbr>SIMG00002"
    assert str(breakable("a<b>&longer_than_it")) == "a&lt;b&gt;&amp;longer_<wbr>than_<wbr>it"
    assert "".join(pieces("a; b_c,d/e|f ")) == "a; b_c,d/e|f "
