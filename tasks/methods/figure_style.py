"""How figures look: sizes in print, type, colours that everybody can tell apart.

Colours: Okabe & Ito; Wong 2011, doi:10.1038/nmeth.1618.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from schemas.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SINGLE_MM, DOUBLE_MM, TALLEST_MM = 85.0, 174.0, 230.0  # one and two columns, the height of a page
LETTER_MM, HANDLE_MM = 1.15, 9.0  # of the small type, on average; of a legend's handle with its gaps
MM_PER_INCH = 25.4
DPI = 300
TEXT_PT, SMALL_PT = 7.0, 6.0
GREY, LIGHT_GREY, DARK = "#8C8C8C", "#C8C8C8", "#222222"
UP, DOWN = "#D55E00", "#0072B2"  # higher and lower in the target: red-green blindness keeps them apart
DIVERGING = (DOWN, "#FFFFFF", UP)
GROUPS = ("#000000", "#D55E00", "#56B4E9", "#009E73", "#E69F00", "#0072B2", "#CC79A7", "#F0E442")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "<", ">", "h", "*")
CJK = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "SimHei")

RC: Mapping[str, Any] = {
    "font.size": TEXT_PT,
    "axes.titlesize": TEXT_PT,
    "axes.labelsize": TEXT_PT,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "legend.fontsize": SMALL_PT,
    "legend.title_fontsize": SMALL_PT,
    "legend.frameon": False,
    "legend.handletextpad": 0.4,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.02,
    "figure.constrained_layout.w_pad": 0.02,
    "axes.linewidth": 0.6,
    "axes.edgecolor": DARK,
    "axes.labelcolor": DARK,
    "text.color": DARK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": DARK,
    "ytick.color": DARK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 0.8,
    "patch.linewidth": 0.4,
    "mathtext.default": "regular",
    "svg.fonttype": "none",  # text stays text: searchable, and a journal can edit it
    "svg.hashsalt": "benchlake",  # the same numbers give the same bytes
    "path.simplify": False,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw and save in the house style; matplotlib's settings of whoever called are given back."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    installed = {font.name for font in fontManager.ttflist}
    family = ["DejaVu Sans", *(name for name in CJK if name in installed)]
    with mpl.rc_context():
        mpl.rcdefaults()  # a matplotlibrc of the machine must not change a study's figures
        settings: Any = {**RC, "font.family": family}
        mpl.rcParams.update(settings)
        yield


def canvas(width_mm: float, height_mm: float) -> Figure:
    """An empty figure of a size in print."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))
    FigureCanvasAgg(figure)  # text can be measured before it is saved
    return figure


def panel(width_mm: float = SINGLE_MM, height_mm: float = 70.0) -> tuple[Figure, Axes]:
    """A figure of one panel."""
    figure = canvas(width_mm, height_mm)
    return figure, figure.add_subplot()


def group_colours(study: Study) -> dict[str, str]:
    """Colour of each condition by its place in study.yaml: the same in every figure of the study.

    Beyond eight conditions colours return lighter; figures of so many groups must tell them by more than colour.
    """
    colours = {}
    for index, condition in enumerate(study.config.conditions):
        turn, place = divmod(index, len(GROUPS))
        colours[condition.id] = lightened(GROUPS[place], min(turn * 0.45, 0.8))
    return colours


def group_labels(study: Study) -> dict[str, str]:
    """What people call each condition."""
    return {c.id: c.label or c.id for c in study.config.conditions}


def lightened(colour: str, share: float) -> str:
    """A ``#RRGGBB`` colour mixed with white."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(p + (255 - p) * share):02X}" for p in parts)


def legend_columns(labels: Sequence[str], width_mm: float) -> int:
    """Columns of a legend below a panel, one to four, so that its longest label fits."""
    longest = max(map(len, labels), default=0)
    return min(max(int(width_mm / (longest * LETTER_MM + HANDLE_MM)), 1), 4)


def plain(text: str) -> str:
    """Text of people as matplotlib draws it literally: a dollar sign begins no formula."""
    return text.replace("$", r"\$")
