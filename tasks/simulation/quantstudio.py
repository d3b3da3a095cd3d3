"""Write a qPCR run as the QuantStudio software exports it: text (desktop) and workbook (Design & Analysis)."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, stdev

import xlsxwriter

WELLS_A_ROW = 12
SETUP_COLUMNS = (
    "Well\tWell Position\tSample Name\tSample Color\tBiogroup Name\tBiogroup Color\t"
    "Target Name\tTarget Color\tTask\tReporter\tQuencher\tQuantity\tComments"
)
RESULT_COLUMNS = (
    "Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tQuencher\tQuantity\tQuantity Mean\t"
    "Quantity SD\tRQ\tRQ Min\tRQ Max\tCT\tCt Mean\tCt SD\tDelta Ct\tDelta Ct Mean\tDelta Ct SE\tDelta Delta Ct\t"
    "Automatic Ct Threshold\tCt Threshold\tAutomatic Baseline\tBaseline Start\tBaseline End\tComments\t"
    "Amp Score\tCq Conf"
)
WORKBOOK_COLUMNS = (
    *("Well", "Well Position", "Omit", "Sample", "Target", "Task", "Reporter", "Quencher", "Amp Status", "Amp Score"),
    *("Curve Quality", "Result Quality Issues", "Cq", "Cq Confidence", "Cq Mean", "Cq SD", "Auto Threshold"),
    *("Threshold", "Auto Baseline", "Baseline Start", "Baseline End"),
)


@dataclass(frozen=True)
class Reaction:
    """One well of a 96-well run; ``cq`` in cycles, null where nothing amplified."""

    well: int  # 0 is A1, 95 is H12
    sample: str
    target: str
    task: str
    cq: float | None

    @property
    def position(self) -> str:
        """The well as the software writes it, e.g. ``A1``."""
        return f"{'ABCDEFGH'[self.well // WELLS_A_ROW]}{self.well % WELLS_A_ROW + 1}"


def _repeats(reactions: list[Reaction]) -> dict[tuple[str, str, str], tuple[float | None, float | None]]:
    """Mean and SD of Cq over the wells of a sample, target and task."""
    groups: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for r in reactions:
        if r.cq is not None:
            groups[r.sample, r.target, r.task].append(r.cq)
    return {key: (fmean(cqs), stdev(cqs) if len(cqs) > 1 else None) for key, cqs in groups.items()}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def text_export(reactions: list[Reaction], *, name: str, finished_at: datetime) -> bytes:
    """Tab-separated UTF-8 export of the desktop software: ``* key = value`` head, then sections."""
    when = f"{finished_at:%Y-%m-%d %I:%M:%S %p} CST"
    head = {
        "Block Type": "96-Well Block (0.2mL)",
        "Calibration Background is expired ": "No",
        "Calibration Background performed on": "01-15-2024",
        "Calibration Pure Dye SYBR is expired": "No",
        "Calibration Pure Dye SYBR performed on": "01-15-2024",
        "Chemistry": "SYBR_GREEN",
        "Date Created": when,
        "Experiment Barcode": "",
        "Experiment Comment": "SIMULATED",
        "Experiment File Name": f"C:\\Applied Biosystems\\QuantStudio\\experiments\\{name}.eds",
        "Experiment Name": name,
        "Experiment Run End Time": when,
        "Experiment Type": "Comparative Cт (ΔΔCт) ",
        "Instrument Type": "QuantStudio(TM) 3 System",
        "Passive Reference": "ROX",
        "Quantification Cycle Method": "Ct",
        "Signal Smoothing On": "true",
        "Stage/ Cycle where Analysis is performed": "Stage 2, Step 2",
        "User Name": "NA",
    }
    lines = [f"* {key} = {value}" for key, value in head.items()]
    lines += ["", "[Sample Setup]", SETUP_COLUMNS]
    lines += [
        f'{r.well + 1}\t{r.position}\t{r.sample}\t"RGB(176,23,31)"\t\t\t{r.target}\t"RGB(0,0,255)"\t{r.task}'
        "\tSYBR\tNone\t\t"
        for r in reactions
    ]
    lines += ["", "[Results]", RESULT_COLUMNS]
    repeats = _repeats(reactions)
    for r in reactions:
        mean, sd = repeats.get((r.sample, r.target, r.task), (None, None))
        cq, score, confidence = (
            ("Undetermined", "0.000", "0.000") if r.cq is None else (f"{r.cq:.3f}", "1.242", "0.967")
        )
        lines.append(
            f"{r.well + 1}\t{r.position}\tfalse\t{r.sample}\t{r.target}\t{r.task}\tSYBR\tNone\t\t\t\t\t\t\t{cq}\t"
            f"{_number(mean)}\t{_number(sd)}\t\t\t\t\ttrue\t0.133\ttrue\t3\t{_baseline_end(r.cq)}\t\t{score}\t{confidence}"
        )
    return "".join(f"{line}\n" for line in lines).encode()


def _baseline_end(cq: float | None) -> int:
    return 39 if cq is None else max(4, int(cq) - 5)


def workbook_export(reactions: list[Reaction], *, name: str, finished_at: datetime) -> bytes:
    """The ``Results`` sheet of a Design & Analysis 2.7 workbook (xlsx); equal input gives equal bytes."""
    when = f"{finished_at:%Y-%m-%d %I:%M:%S %p} CST"
    head = (
        ("File Name", f"C:\\Program Files\\Design and Analysis\\experiments\\{name}.eds"),
        *(("Comment", "SIMULATED"), ("Operator", "NA"), ("Barcode", "")),
        *(("Instrument Type", "QuantStudio™ 3 System"), ("Block Type", "96-Well 0.2-mL Block")),
        *(("Instrument Name", "SIM001"), ("Instrument Serial Number", "SIM001")),
        *(("Run Start Date/Time", when), ("Run End Data/Time", when)),
        *(("Sample Volume", "10.0"), ("Cover Temperature", "105.0"), ("Passive Reference", "ROX")),
        *(("PCR Stage/Step Number", "Stage 2 Step 2"), ("Quantification Cycle Method", "CT")),
        *(("Analysis Date/Time", when), ("Software Name and Version", "Design & Analysis Software v2.7.0")),
        *(("Plugin Name and Version", "Primary Analysis v1.8.0"), ("Exported On", when)),
    )
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": finished_at, "comments": "SIMULATED"})
    sheet = book.add_worksheet("Results")
    for row, pair in enumerate(head):
        sheet.write_row(row, 0, pair)
    sheet.write_row(len(head) + 1, 0, WORKBOOK_COLUMNS)
    repeats = _repeats(reactions)
    for row, r in enumerate(reactions, start=len(head) + 2):
        mean, sd = repeats.get((r.sample, r.target, r.task), (None, None))
        status, score, confidence = ("NO_AMP", 0.0, 0.0) if r.cq is None else ("AMP", 1.298, 0.973)
        cells = (
            *(r.well + 1, r.position, "FALSE", r.sample, r.target, r.task, "SYBR", "None", status, score, "", ""),
            *("UNDETERMINED" if r.cq is None else r.cq, confidence, "" if mean is None else mean),
            *("" if sd is None else sd, "TRUE", 0.1898, "TRUE", 3, _baseline_end(r.cq)),
        )
        sheet.write_row(row, 0, cells)
    book.close()
    return stream.getvalue()
