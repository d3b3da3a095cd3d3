"""FlowJo workspaces (.wsp): populations as FlowJo had counted them when the workspace was saved."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.imported_populations import MOST_POPULATIONS, Counted, Tube, imported_frames, path_of, statistic_of
from tasks.methods.lines import read_content
from tasks.methods.safe_xml import read_xml
from tasks.methods.xml_numbers import finite_number, whole_count

ASSAY, PRODUCT = "flow_cytometry", "FlowJo (workspace)"
_REMEDY = "Open the workspace in FlowJo, let it count all populations, and save it again."
_GATES = {"Population", "NotNode", "AndNode", "OrNode"}
_PERCENTAGES = {
    "fj.stat.freqofparent": "parent",
    "freq. of parent": "parent",
    "fj.stat.freqoftotal": "total",
    "freq. of total": "total",
}
_READ = {
    "Workspace",
    "SampleList",
    "Sample",
    "SampleNode",
    "Subpopulations",
    "Statistic",
    "Keywords",
    "Keyword",
    *_GATES,
}


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the file's head has the root element of FlowJo's workspaces."""
    head = raw.head[:8192]
    return context.assay in (None, ASSAY) and b"<Workspace" in head and b"flowJoVersion" in head


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every sample's populations into ``core.flow_populations``, statistics into ``core.flow_intensities``.

    These are FlowJo's own counts, ``imported``; gates are applied to the events when study.yaml names the workspace as
    ``flow.gating``. Raises ``BadInputError`` for damaged or unsafe XML and a workspace without counted populations.
    """
    root = read_xml(read_content(raw, PRODUCT), raw.name, _REMEDY)
    tubes: list[Tube] = []
    other: dict[str, None] = {}
    for element in root.iter("Sample"):
        node = element.find("SampleNode")
        if node is None:
            continue
        keywords = {k.get("name", ""): k.get("value", "") for k in element.iterfind("Keywords/Keyword")}
        names = (node.get("name", ""), keywords.get("TUBE NAME", ""), keywords.get("$FIL", ""))
        tube = Tube(tuple(n.strip() for n in names))
        place = f"sample {tube.names[0]}"
        tube.populations.append(Counted((), place, whole_count(node.get("count"), raw.name, place)))
        _descend(node, (), tube, raw.name, other)
        tubes.append(tube)
    if not any(item.event_count for tube in tubes for item in tube.populations):
        raise bad_input(
            raw.name, "", "no_populations", "no population was counted; counted ones were expected", _REMEDY
        )
    unread = dict.fromkeys(e.tag.rpartition("}")[2] for e in root.iter())
    frames, problems = imported_frames(tubes, "flowjo", raw, context)
    return Parsed(frames, tuple(problems), (*(t for t in unread if t not in _READ), *other))


def _descend(node: Element, path: tuple[str, ...], tube: Tube, file: str, other: dict[str, None]) -> None:
    """Take in the populations and statistics below a node, parents first."""
    within = tube.populations[-1]
    for element in node.iterfind("Subpopulations/*"):
        if element.tag == "Statistic":
            _statistic(element, within, other)
    used: Counter[str] = Counter()
    for element in node.iterfind("Subpopulations/*"):
        if element.tag not in _GATES:
            continue
        (name,) = path_of(("", element.get("name", ""))) or ("unnamed",)
        used[name] += 1
        own = (*path, name if used[name] == 1 else f"{name} ({used[name]})")
        place = f"{within.place.partition(',')[0]}, {'/'.join(own)}"
        if len(tube.populations) > MOST_POPULATIONS:
            raise bad_input(file, place, "too_many_populations", f"more than {MOST_POPULATIONS:,} populations", _REMEDY)
        tube.populations.append(Counted(own, place, whole_count(element.get("count"), file, place)))
        _descend(element, own, tube, file, other)


def _statistic(element: Element, item: Counted, other: dict[str, None]) -> None:
    said, channel = element.get("name", ""), element.get("id", "")
    value = finite_number((element.get("value") or "").rstrip(" %"))
    of = _PERCENTAGES.get(said.casefold())
    statistic = statistic_of(said.removeprefix("fj.stat."))
    if of and value is not None and 0 <= value <= 100:  # noqa: PLR2004 -- percent
        item.percent_of_parent, item.percent_of_total = (
            (value, item.percent_of_total) if of == "parent" else (item.percent_of_parent, value)
        )
    elif statistic and channel:
        item.intensities.append((channel, statistic, value))
    else:
        other[f"statistic {said}"] = None


PARSER = Parser(
    name="flowjo_workspace",
    version="1",
    product=PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
