"""The run form in a real browser: what a biologist sees before pressing Run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.requests import StudyRequest
from tests.servers.prefect_server import Served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.server

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
READ_MS = 45_000


@pytest.fixture
def page(tmp_path: Path) -> Iterator[sync_api.Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 1500})
        page.set_default_timeout(READ_MS)
        yield page
        page.screenshot(path=tmp_path / "page.png")
        browser.close()


def test_every_parameter_is_explained_and_nothing_leaves_the_machine(served: Served, page: sync_api.Page) -> None:
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))

    page.goto(f"{served.url}/deployments/deployment/{served.deployment()['id']}/run")

    for field in StudyRequest.model_fields.values():
        page.get_by_text(str(field.description)).first.wait_for()
        assert page.get_by_text(str(field.title)).count()
    assert [url for url in asked if not url.startswith((served.url, "data:", "blob:"))] == []
