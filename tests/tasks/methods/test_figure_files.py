from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import polars as pl
import pytest
from PIL import Image

from tasks.contracts import Drawing
from tasks.methods.figure_files import STEM_CHARACTERS, SUFFIXES, Rendered, rendered, stem
from tasks.methods.figure_style import house_style, panel


def drawing(label: str = "value µ") -> Drawing:
    figure, axes = panel(85, 60)
    axes.scatter(np.arange(3000), np.sin(np.arange(3000)), rasterized=True)
    axes.set_xlabel(label)
    axes.text(0.5, 0.5, "SOX9", fontstyle="italic")
    return Drawing(figure, pl.DataFrame({"x": [1.5, None], "name": ["a,b", "µ"]}), "Title & more", "Caption.", "Alt.")


def made(label: str = "value µ") -> Rendered:
    with house_style():
        return rendered(drawing(label))


def test_the_same_drawing_gives_the_same_bytes() -> None:
    one, two = made(), made()
    assert one.files == two.files
    assert one.sha256 == two.sha256 != made("other").sha256


def test_the_picture_has_its_size_in_print_and_no_date() -> None:
    found = made()
    assert (found.width_mm, found.height_mm) == pytest.approx((85, 60))
    image = Image.open(io.BytesIO(found.files[".png"]))
    assert image.size == pytest.approx((85 / 25.4 * 300, 60 / 25.4 * 300), abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    svg = found.files[".svg"].decode()
    assert "dc:date" not in svg
    assert "Matplotlib" not in svg


def test_text_stays_text_and_dense_marks_are_one_image_in_the_svg() -> None:
    svg = made().files[".svg"].decode()
    root = ET.fromstring(svg)  # noqa: S314 (our own)
    texts = {"".join(e.itertext()).strip() for e in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"value µ", "SOX9"} <= texts
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Title & more"
    assert len(root.findall(".//{http://www.w3.org/2000/svg}image")) == 1
    assert len(svg) < 200_000
    (italic,) = re.findall(r'<text style="([^"]*)"[^>]*>SOX9', svg)
    assert "oblique" in italic or "italic" in italic
    assert "sans-serif" in italic


def test_the_numbers_drawn_are_a_sheet() -> None:
    frame = pl.read_csv(made().files[".csv"])
    assert frame.to_dicts() == [{"x": 1.5, "name": "a,b"}, {"x": None, "name": "µ"}]
    assert set(made().files) == set(SUFFIXES)


def test_letters_without_a_font_are_told_and_other_warnings_stay_warnings() -> None:
    assert made("a \U0001f12f").missing_letters == "\U0001f12f"
    assert made().missing_letters == ""
    with house_style():
        shown = drawing()
        shown.figure.set_layout_engine("none")
        shown.figure.canvas.mpl_connect("draw_event", lambda _: np.log(np.array([-1.0])))
        with pytest.warns(RuntimeWarning, match="invalid value"):
            rendered(shown)


def test_names_of_files_are_plain_and_differ_where_parts_differ() -> None:
    assert stem("volcano", "il1b_vs_control, gene, deseq2") == "volcano-il1b_vs_control-gene-deseq2"
    parts = ["a b", "a/b", "对照, gene", "β, gene", "../x", "x" * 300, "x" * 301, ""]
    names = [stem("pca", part) for part in parts]
    assert len(set(names)) == len(parts)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name)
        assert len(name) <= STEM_CHARACTERS + 9
