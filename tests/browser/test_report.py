"""The report in a real browser: read, sorted and saved, by keyboard, by screen readers, on paper, offline."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tasks.methods.report_assembly import assemble
from tasks.methods.report_blocks import Cell, Chapter, Grid, sections
from tasks.methods.report_page import PRINTED, Cover, Embedded, data_address, page
from tests.report_study import CONFIG, figures, frames, table

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.server

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="9" height="9"/></svg>'
PAIRS = "#pairs-qpcr-all"
UNNAMED = """() => [...document.querySelectorAll("a, button, summary, [role=group], section, nav")].filter((e) => {
  const by = e.getAttribute("aria-labelledby");
  const name = e.getAttribute("aria-label") || (by && document.getElementById(by)?.textContent)
    || e.caption?.textContent || e.textContent;
  return !name || !name.trim();
}).map((e) => e.outerHTML.slice(0, 200))"""
FAINT = """() => {
  const light = (c) => {
    const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const c = getComputedStyle(at).backgroundColor;
      if (c !== "rgba(0, 0, 0, 0)" && c !== "transparent") return c;
    }
    return "rgb(255, 255, 255)";
  };
  const told = [...document.querySelectorAll("body *")].filter((e) =>
    [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility());
  return told.map((e) => {
    const [a, b] = [light(getComputedStyle(e).color), light(paper(e))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 120)];
  }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every kind of block; a reason begins like a formula."""
    reason = '=HYPERLINK("http://x"),"2"'
    held = [{"file_name": "a.xlsx", "status": "quarantined", "assay": "qpcr", "reason": reason}]
    loaded = frames()["core.raw_objects"].to_dicts()
    bars = {"figure": "bars", "stem": "bars", "run_id": "b", "title": "Bars", "caption": "Means.", "alt": "Three bars."}
    given = frames(
        effect=0.8,
        result__figures=figures(bars, parameters={"b": {"assay": "qpcr"}}),
        core__raw_objects=table("core.raw_objects", [*loaded, *held]),
    )
    source = data_address("text/csv", b"a\n1\n")
    drawn = Embedded(data_address("image/svg+xml", SVG), source, 425, 210, "figures/bars.png", "figures/bars.svg")
    cover = Cover("s", CONFIG.title, CONFIG.organism, "published today", "0", is_simulated=True)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(cover, assemble(CONFIG, given, sections()), {"bars": drawn}))
    return path


@pytest.fixture(params=["light", "dark"])
def opened(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[sync_api.Page]:  # noqa: ANN401
    with browser.new_context(color_scheme=request.param, accept_downloads=True) as context:
        yield from _page(context, report)


@pytest.fixture
def plain(browser: Any, report: Path) -> Iterator[sync_api.Page]:  # noqa: ANN401
    with browser.new_context(accept_downloads=True) as context:
        yield from _page(context, report)


def _page(context: Any, report: Path) -> Iterator[sync_api.Page]:  # noqa: ANN401
    """The page opened from disk; fails on a console error, a script error or a request."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
    opened.goto(report.as_uri())
    yield opened
    assert wrong == []


def column(opened: sync_api.Page, place: int) -> list[str]:
    return opened.locator(f"{PAIRS} tbody tr > :nth-child({place})").all_inner_texts()


def test_screen_readers_find_their_way(opened: sync_api.Page) -> None:
    assert opened.evaluate("document.documentElement.lang") == "en"
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert opened.locator(f"body > {landmark}, header > {landmark}").count() == 1
    levels = opened.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map((h) => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert opened.locator("img:not([alt]), img[alt='']").count() == 0
    assert opened.locator("table:not(:has(caption)), th:not([scope])").count() == 0
    assert opened.evaluate(UNNAMED) == []
    ids = opened.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_the_rules_of_accessibility_hold(opened: sync_api.Page) -> None:
    found = Axe().run(opened).response  # WCAG and best practices, by axe-core
    assert len(found["passes"]) > 20
    assert [(rule["help"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


def test_every_text_stands_out_from_its_paper(opened: sync_api.Page) -> None:
    assert opened.evaluate(FAINT) == []


def test_a_table_is_sorted_by_keyboard_and_says_so(plain: sync_api.Page) -> None:
    header = plain.locator(f"{PAIRS} thead th").nth(3)
    assert header.inner_text() == "b − a"
    before = column(plain, 4)
    header.locator("button").focus()
    plain.keyboard.press("Enter")
    values = [float(text.replace("−", "-")) for text in column(plain, 4)]
    assert values == sorted(values)
    assert header.get_attribute("aria-sort") == "ascending"
    assert plain.locator("#said").inner_text() == "Sorted by b − a, ascending"
    plain.keyboard.press("Space")
    assert [float(text.replace("−", "-")) for text in column(plain, 4)] == values[::-1]
    assert column(plain, 4) != before
    assert header.get_attribute("aria-sort") == "descending"
    assert plain.locator(f"{PAIRS} [aria-sort]").count() == 1


def test_a_table_is_saved_with_exact_numbers(plain: sync_api.Page, tmp_path: Path) -> None:
    with plain.expect_download() as saved:
        plain.locator(f"{PAIRS} .save").press("Enter")
    assert saved.value.suggested_filename == "pairs-qpcr-all.csv"
    saved.value.save_as(tmp_path / "saved.csv")
    rows = list(csv.DictReader((tmp_path / "saved.csv").read_text(encoding="utf-8-sig").splitlines()))
    expected = frames(effect=0.8)["result.pairwise_tests"].filter(role="primary", assay="qpcr")
    assert {float(row["b − a"]) for row in rows} == set(expected["mean_difference"])
    assert {row["b"] for row in rows} == {"IL-1β", "IL-1β + exosomes"}


def test_a_spreadsheet_computes_nothing_of_what_is_saved(plain: sync_api.Page, tmp_path: Path) -> None:
    with plain.expect_download() as saved:
        plain.locator("#files-not-read-table .save").click()
    saved.value.save_as(tmp_path / "saved.csv")
    (row,) = csv.DictReader((tmp_path / "saved.csv").read_text(encoding="utf-8-sig").splitlines())
    assert row["reason"] == '\'=HYPERLINK("http://x"),"2"'


def test_source_data_of_a_figure_lie_in_the_page(plain: sync_api.Page, tmp_path: Path) -> None:
    with plain.expect_download() as saved:
        plain.get_by_role("link", name="Source data of Bars (CSV)").click()
    saved.value.save_as(tmp_path / "bars.csv")
    assert (tmp_path / "bars.csv").read_bytes() == b"a\n1\n"
    assert plain.locator("img").evaluate_all("(all) => all.every((i) => i.complete && i.naturalWidth > 0)")


def test_one_click_leads_from_a_star_to_its_wells_and_on_to_the_file(plain: sync_api.Page) -> None:
    plain.locator(f"{PAIRS} tbody a", has_text="*").first.click()
    wells = plain.locator("#wells-qpcr-main-ACAN")
    assert wells.get_attribute("open") is not None
    assert wells.locator("tbody tr").count() == 18
    wells.locator("tbody a").first.click()
    assert plain.locator("tr:target").inner_text().startswith("landing/qpcr.txt")


def test_the_skip_link_is_the_first_stop(plain: sync_api.Page) -> None:
    plain.keyboard.press("Tab")
    assert plain.evaluate("document.activeElement.textContent") == "Skip to the results"
    plain.keyboard.press("Enter")
    assert plain.evaluate("location.hash") == "#main"


def test_a_narrow_screen_scrolls_tables_not_the_page(plain: sync_api.Page) -> None:
    plain.set_viewport_size({"width": 360, "height": 700})
    assert plain.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_paper_there_are_no_buttons_and_no_contents(plain: sync_api.Page) -> None:
    plain.emulate_media(media="print")
    assert not plain.locator(".save").first.is_visible()
    assert not plain.locator("nav").is_visible()
    assert plain.locator(PAIRS).is_visible()
    assert plain.pdf(format="A4")[:5] == b"%PDF-"


@pytest.mark.parametrize("with_script", [True, False])
def test_on_paper_folds_are_open_and_long_tables_say_how_much_is_left_out(
    browser: Any,  # noqa: ANN401
    tmp_path: Path,
    *,
    with_script: bool,
) -> None:
    rows = tuple((Cell(f"row {n}"),) for n in range(1, max(PRINTED.values()) + 11))
    tables = tuple(Grid("Rows", ("name",), rows, f"t{folded:d}", folded=folded) for folded in PRINTED)
    cover = Cover("s", "t", "o", "p", "0", is_simulated=False)
    path = tmp_path / "report.html"
    path.write_text(page(cover, [Chapter("rows", "Rows", tables)], {}))
    with browser.new_context(java_script_enabled=with_script) as context:
        opened = context.new_page()
        opened.goto(path.as_uri())
        assert not opened.locator("#t1 tbody tr").first.is_visible()
        assert not opened.locator("#t0 .on-paper").is_visible()
        opened.emulate_media(media="print")
        for folded, most in PRINTED.items():
            here = opened.locator(f"#t{folded:d}")
            if with_script:
                opened.evaluate("dispatchEvent(new Event('beforeprint'))")
            assert here.locator("tbody tr:visible").all_inner_texts() == [f"row {n}" for n in range(1, most + 1)]
            said = here.locator(".on-paper:visible").inner_text()
            assert said.startswith(f"Printed: the first {most} of {len(rows)} rows.")
            assert f"t{folded:d}.csv" in said
        if with_script:
            assert opened.locator("details[open]").count() == 1
            opened.evaluate("dispatchEvent(new Event('afterprint'))")
            assert opened.locator("details[open]").count() == 0
