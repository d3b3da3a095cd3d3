"""A study's own gates: the populations of one acquisition for each condition, each within the one above it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DOUBLE_MM, SINGLE_MM, canvas
from tasks.methods.flow_gates import Boolean, Path
from tasks.methods.flow_runs import ACQUISITIONS, COMPENSATIONS, EVENTS, POPULATIONS, READS
from tasks.methods.flow_tubes import Tube, tubes_of
from tasks.methods.gate_outlines import AXES, Plot, plots, share_words
from tasks.methods.gate_panels import DOTS, panel
from tasks.methods.gates_files import acquisition_of, read_study_gates, samples_of
from tasks.methods.gating import Gating, Strategy

GATES = "core.gate_files"
OWN = ("gatingml", "flowjo")
ACROSS, MOST = 4, 20  # plots side by side, and in a picture
NARROW = 2  # plots that fit into one column of print
PANEL_MM = 36.0


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part for each panel and condition (or material): its first acquisition that nobody excluded."""
    if not study.config.flow.gating:
        return []
    known = {s.sample: (s.condition, s.donor or "") for s in study.samples}
    order = {c: i for i, c in enumerate(study.config.condition_ids)}
    names = dict(slices["core.raw_objects"].filter(status="loaded").select("object_id", "file_name").iter_rows())
    gated = set(slices[POPULATIONS].filter(pl.col("gate_source").is_in(OWN))["object_id"])
    out = {e.file for e in study.exclusions if e.file and not e.well}
    out |= {e.sample for e in study.exclusions if e.sample and not e.file}
    first: dict[tuple[str, str], tuple[Any, ...]] = {}
    for row in slices[ACQUISITIONS].unique().filter(pl.col("object_id").is_in(gated)).iter_rows(named=True):
        if row["control"] is not None or not row["event_count"]:
            continue
        condition, donor = known.get(row["sample_id"], (row["material_id"] or "", ""))
        file = names.get(row["object_id"], row["object_id"][:12])
        is_out = bool({file, row["sample_id"]} & out)
        rank = (is_out, donor, row["sample_name"] or "", file, row["object_id"])
        key = (row["panel"] or "", condition)
        first[key] = min(rank, first.get(key, rank))
    found = []
    for stains, condition in sorted(first, key=lambda k: (k[0], order.get(k[1], math.inf), k[1])):
        *_, file, object_id = first[stains, condition]
        where = {table: {"object_id": (object_id,)} for table in (*READS, POPULATIONS)}
        name = ", ".join(filter(None, (stains, condition))) or str(file)
        found.append(Part(name, where, {"file": file, "group": condition}))
    return found


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """A plot for each population and pair of channels that gates are drawn on, from the root down."""
    file, gates = part.parameters["file"], read_study_gates(frames[GATES])
    tubes = tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS])
    tubes = [t for t in tubes if t.control is None and t.events.height]
    samples = samples_of(tubes[0], file, gates) if tubes and gates else []
    if len(samples) != 1:
        return f"no gates are known for {file}"
    tube, strategy = tubes[0], samples[0].strategy
    rows = frames[POPULATIONS].filter(pl.col("gate_source").is_in(OWN), pl.col("data_set") == tube.key[1])
    percent = dict(rows.select("gate_path", "percent_of_parent").iter_rows())
    percents = {path: percent["/".join(path)] for path in strategy.gates if "/".join(path) in percent}
    fitting = [gate for path, gate in strategy.gates.items() if path in percents]
    every = plots(fitting)
    drawn = every[:MOST]
    if not drawn:
        return f"{file} has no gate that can be drawn"
    gating = Gating(strategy, acquisition_of(tube))
    columns = NARROW if len(drawn) <= NARROW else ACROSS
    lines = math.ceil(len(drawn) / columns)
    figure = canvas(SINGLE_MM if columns == NARROW else DOUBLE_MM, lines * (PANEL_MM + 8) + 2)
    source = []
    for index, plot in enumerate(drawn):
        axes = figure.add_subplot(lines, columns, index + 1)
        source.append(panel(axes, plot, tube, gating, percents))
    title = f"Gates of {strategy.file} on {tube.name}"
    caption = _caption(tube, strategy, part.parameters["group"], percents, len(every) - len(drawn))
    return Drawing(figure, pl.concat(source, how="diagonal"), title, caption, _alt(tube, drawn, percents))


def _caption(tube: Tube, strategy: Strategy, group: str, percents: Mapping[Path, float | None], more: int) -> str:
    program = "a FlowJo workspace" if strategy.source == "flowjo" else "GatingML"
    first = f", the first acquisition of {group}" if group else ""
    text = (
        f"Gates of {strategy.file} ({program}) on {tube.name}{first}: {tube.events.height:,} events. Each plot shows "
        f"the population named above it (its events), {DOTS:,} of them at most, chosen by a fixed seed, coloured by "
        "local density. Lines: edges of the gates; numbers: percent of the population shown. Axes are on the gates' "
        "scales; fluorescence that the file has no scale for is on a logicle scale. "
    )
    shapes = (strategy.gates[path].shape for path in percents)
    if any(d.compensation for shape in shapes if not isinstance(shape, Boolean) for d in shape.dimensions):
        text += "Channels that the gates ask it for are compensated. "
    text += "Excluded by exclusions.csv. " if tube.row["is_excluded"] else ""
    deep = [p for p in percents if not isinstance(s := strategy.gates[p].shape, Boolean) and len(s.dimensions) > AXES]
    text += f"In three channels or more, shown on the first two: {', '.join(p[-1] for p in deep)}. " if deep else ""
    made = [p for p in percents if isinstance(strategy.gates[p].shape, Boolean)]
    shares = ", ".join(share_words(percents, strategy.gates[p]).replace("\n", " ") for p in made)
    text += f"Made of other gates, without edges: {shares}. " if made else ""
    lost = len(strategy.gates) - len(percents)
    text += f"{lost} gates do not fit this acquisition. " if lost else ""
    text += f"{more} more plots are not drawn; core.flow_populations has their numbers. " if more else ""
    return text.strip()


def _alt(tube: Tube, drawn: Sequence[Plot], percents: Mapping[Path, float | None]) -> str:
    texts = [
        f"{share_words(percents, g).replace(chr(10), ' ')} of {plot.parent[-1] if plot.parent else 'all events'}"
        for plot in drawn
        for g in plot.gates
    ]
    return f"Density plots of {tube.name} with gates: {', '.join(texts)}."


FIGURE = Figure(
    name="gating_hierarchies",
    reads={
        **READS,
        ACQUISITIONS: (*READS[ACQUISITIONS], "sample_id", "material_id"),
        POPULATIONS: ("object_id", "gate_source"),
        GATES: (),
        "core.raw_objects": ("object_id", "file_name", "status"),
    },
    parts=parts,
    draw=draw,
    libraries=("scipy",),
)
