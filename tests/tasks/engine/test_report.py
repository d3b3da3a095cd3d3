"""The page of a study's contents and its place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tasks.engine.report import Contents, html, path
from tests.report_study import CONFIG, figures, frames

AT = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_title_of_markup_is_text() -> None:
    study = CONFIG.model_copy(update={"title": "<script>alert(1)</script> & 'friends'"})
    text = html(Contents(study, frames(), {}), AT)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;friends&#39;" in text
    assert "published 2026-01-02 00:00 UTC" in text


def test_a_study_without_a_title_is_called_by_its_id() -> None:
    assert "<h1>s</h1>" in html(Contents(CONFIG.model_copy(update={"title": ""}), frames(), {}), AT)


def test_figures_are_read_from_their_files(tmp_path: Path) -> None:
    for suffix, data in ((".svg", b"<svg/>"), (".png", b"-"), (".csv", b"a\n1\n")):
        (tmp_path / f"v1.2-x{suffix}").write_bytes(data)
    drawn = figures({"figure": "bars", "stem": "v1.2-x", "alt": "Three bars."})
    text = html(Contents(CONFIG, frames(result__figures=drawn), {"v1.2-x": tmp_path / "v1.2-x"}), AT)
    assert '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="Three bars."' in text
    assert 'href="data:text/csv;base64,YQoxCg=="' in text


def test_every_study_has_one_place() -> None:
    assert path("ivdd", Path("/home")) == Path("/home/studies/ivdd/report.html")
