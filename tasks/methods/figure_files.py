"""A drawing as the three files that people get: SVG, PNG and the numbers drawn."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from typing import Any

from tasks.contracts import Drawing
from tasks.methods.figure_style import DPI, MM_PER_INCH

STEM_CHARACTERS = 120
SUFFIXES = (".svg", ".png", ".csv")
FAMILY, FAMILIES = b"font-family: 'DejaVu Sans'", b"font-family: 'DejaVu Sans', Verdana, Arial, sans-serif"
GLYPH = re.compile(r"Glyph (\d+) .*missing from font", re.DOTALL)


@dataclass(frozen=True)
class Rendered:
    """Bytes by suffix, the size in print, and letters that no installed font can draw."""

    files: dict[str, bytes]
    width_mm: float
    height_mm: float
    missing_letters: str = ""

    @property
    def sha256(self) -> str:
        """Hash of all the files."""
        digest = hashlib.sha256()
        for suffix, data in sorted(self.files.items()):
            digest.update(f"{suffix} {len(data)}\0".encode() + data)
        return digest.hexdigest()


def rendered(drawing: Drawing) -> Rendered:
    """Save a drawing; call it in the house style. The same drawing gives the same bytes."""
    figure = drawing.figure
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _settle_layout(figure)
        png = _saved(figure, format="png", dpi=DPI, metadata={"Software": None, "Title": drawing.title})
        svg = _saved(figure, format="svg", dpi=DPI, metadata={"Date": None, "Creator": None, "Title": drawing.title})
    missing: set[str] = set()
    for warning in caught:
        if found := GLYPH.match(str(warning.message)):
            missing.add(chr(int(found[1])))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    width, height = (float(inches) * MM_PER_INCH for inches in figure.get_size_inches())
    svg = svg.replace(FAMILY, FAMILIES)  # a viewer without the font would take a serif
    files = {".svg": svg, ".png": png, ".csv": drawing.source.write_csv().encode()}
    return Rendered(files, width, height, "".join(sorted(missing)))


def _settle_layout(figure: Any) -> None:  # noqa: ANN401 - matplotlib is imported where it is used
    """Lay a figure out once, at the resolution of print; saving would do so for each format, and draw it to see."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def _saved(figure: Any, **options: Any) -> bytes:  # noqa: ANN401 - matplotlib's own keywords
    stream = io.BytesIO()
    figure.savefig(stream, **options)
    return stream.getvalue()


def stem(figure: str, part: str) -> str:
    """File name of a picture: kind and part, in letters that every file system takes.

    Where letters had to be changed or cut, a short hash keeps names of different parts apart.
    """
    wanted = f"{figure}-{part.replace(', ', '-')}"
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", wanted).strip("-.")[:STEM_CHARACTERS]
    return name if name == wanted else f"{name}-{hashlib.sha256(part.encode()).hexdigest()[:8]}"
