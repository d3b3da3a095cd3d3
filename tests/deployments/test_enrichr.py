"""gseapy's own client against a server here that answers as Enrichr's does (its API page: datasetStatistics, GMT)."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from deployments.enrichr import library, library_rows
from schemas.errors import TransientError, UserError

pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
LISTED = ("Small_2024", "Gone_2024", "Cut_2024", "Empty_2024")
GMT = "Apoptosis\t\tTP53,1.0\tBAX,1.0\t\nMatrix\t\tACAN\tCOL2A1\tACAN\t\nApoptosis\t\tBAX\tCASP3\t\nNothing\t\t\n"


class _Enrichr(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        name = parse_qs(asked.query).get("libraryName", [""])[0]
        if asked.path.endswith("/datasetStatistics"):
            self._answer(json.dumps({"statistics": [{"libraryName": one, "numTerms": 2} for one in LISTED]}))
        elif name == "Gone_2024":
            self.send_error(404)
        elif name == "Cut_2024":
            self._answer(GMT, missing=40)
        else:
            self._answer("" if name == "Empty_2024" else GMT)

    def _answer(self, text: str, *, missing: int = 0) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text) + missing))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    serving = ThreadingHTTPServer(("127.0.0.1", 0), _Enrichr)
    thread = Thread(target=serving.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    gc.collect()  # gseapy leaves connections open: their warning belongs to these tests


@pytest.mark.parametrize(("organism", "instance"), [("human", "Enrichr"), ("yeast", "YeastEnrichr")])
def test_a_library_is_fetched_with_what_is_known_of_it(server: str, organism: str, instance: str) -> None:
    done = library("Small_2024", organism, server)
    found = done.rows.sort("set_id", "symbol").rows()
    assert [(set_id, symbol) for set_id, _, symbol in found] == [
        ("Apoptosis", "BAX"),
        ("Apoptosis", "CASP3"),
        ("Apoptosis", "TP53"),
        ("Matrix", "ACAN"),
        ("Matrix", "COL2A1"),
    ]
    assert done.about["version"].startswith("Small_2024 as of 20")
    assert f"{server}/{instance}" in done.about["source"]
    assert done.notes == (
        "1 set stands more than once: their genes are taken together (Apoptosis)",
        "left out: 1 set without a gene (Nothing)",
    )


def test_a_library_that_is_not_listed_is_refused_with_the_next_name(server: str) -> None:
    with pytest.raises(UserError, match=r"no library 'Smal_2024' for human. Did you mean Small_2024"):
        library("Smal_2024", "human", server)


@pytest.mark.parametrize("name", ["Gone_2024", "Cut_2024"])
def test_a_download_that_fails_or_breaks_off_gives_no_sets(server: str, name: str) -> None:
    with pytest.raises(TransientError, match=f"{name} could not be fetched from {server}/Enrichr"):
        library(name, "human", server)


def test_a_library_without_sets_is_no_library(server: str) -> None:
    with pytest.raises(TransientError, match=r"Empty_2024 .* came without a gene set"):
        library("Empty_2024", "human", server)


def test_offline_a_library_is_said_to_need_the_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(TransientError, match=r"KEGG_2021_Human could not be fetched from .* needs the internet"):
        library("KEGG_2021_Human", "human")
    with pytest.raises(UserError, match="Enrichr has no organism 'rat'"):
        library("KEGG_2021_Human", "rat")


def test_a_library_s_sets_become_rows_each_once() -> None:
    rows = library_rows([("b", ["TP53", "TP53"]), ("a", ["TP53"]), ("none", []), ("b", ["BAX"])])
    expected = [("a", "a", "TP53"), ("b", "b", "BAX"), ("b", "b", "TP53")]
    assert rows.sort("set_id", "symbol").rows() == expected
    assert library_rows([]).schema == dict.fromkeys(("set_id", "set_name", "symbol"), pl.String())
