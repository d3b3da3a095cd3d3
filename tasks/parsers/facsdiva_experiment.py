"""Experiments that FACSDiva exports as XML: tubes with their gates, counted events and statistics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.imported_populations import Counted, Tube, imported_frames, path_of, statistic_of
from tasks.methods.lines import read_content
from tasks.methods.safe_xml import read_xml, text_of
from tasks.methods.xml_numbers import finite_number, whole_count

ASSAY, PRODUCT = "flow_cytometry", "FACSDiva (experiment as XML)"
_REMEDY = "Export the experiment from FACSDiva again (File, Export, Experiments)."
_READ = {
    "bdfacs", "experiment", "specimen", "tube", "gates", "gate", "name", "num_events", "parent", "region", "points",
    "point", "statistics_calculations", "calculation_schedule", "calculation", "data_filename",
}  # fmt: skip


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the file's head has the root element of FACSDiva's experiments."""
    return context.assay in (None, ASSAY) and b"<bdfacs" in raw.head[:4096]


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every tube's gates into ``core.flow_populations``, their statistics into ``core.flow_intensities``.

    Tubes of acquisition templates (global worksheets) belong to no specimen and are left out. Raises ``BadInputError``
    for damaged or unsafe XML, and for an experiment without tubes.
    """
    root = read_xml(read_content(raw, PRODUCT), raw.name, _REMEDY)
    found, unread = [], Counter(e.tag for e in root.iter() if e.tag not in _READ)
    for specimen in root.iter("specimen"):
        for element in specimen.findall("tube"):
            name = element.get("name", "").strip()
            names = (name, text_of(element, "data_filename"), specimen.get("name", "").strip())
            place = f"tube {name or text_of(element, 'data_filename')}"
            populations = [*_populations(element, place, raw.name)]
            found.append(Tube(names, sorted(populations, key=lambda p: len(p.path))))
    if not any(tube.populations for tube in found):
        raise bad_input(
            raw.name, "", "no_populations", "no tube has gates; tubes with counted events were expected", _REMEDY
        )
    other = _attach_statistics(root, found)
    frames, problems = imported_frames(found, "facsdiva", raw, context)
    return Parsed(frames, tuple(problems), (*unread, *other))


def _populations(tube: Element, place: str, file: str) -> Iterator[Counted]:
    for gate in tube.iterfind("gates/gate"):
        names = gate.get("fullname", "").split("\\")
        count = whole_count(text_of(gate, "num_events"), file, f"{place}, gate {gate.get('fullname')}")
        yield Counted(path_of(names), place, count, gate=_bounds(gate))


def _bounds(gate: Element) -> str | None:
    """The region in channel units as FACSDiva draws it: on logarithmic axes these are powers of ten x 1024 or less."""
    region = gate.find("region")
    if region is None:
        return None
    vertices = [[finite_number(p.get("x")), finite_number(p.get("y"))] for p in region.iterfind("points/point")]
    kind, x, y = (region.get(key) for key in ("type", "xparm", "yparm"))
    return json.dumps({"shape": kind, "x": x, "y": y, "vertices": vertices}, ensure_ascii=False)


def _attach_statistics(root: Element, tubes: list[Tube]) -> list[str]:
    """Put each tube's statistics to its populations; gives those that are no intensities."""
    elements = [tube for specimen in root.iter("specimen") for tube in specimen.findall("tube")]
    other: dict[str, None] = {}
    for tube, element in zip(tubes, elements, strict=True):
        by_path = {item.path: item for item in tube.populations}
        for schedule in element.iterfind("statistics_calculations/calculation_schedule"):
            item = by_path.get(path_of(schedule.get("gate", "").split("\\")))
            for calculation in schedule.findall("calculation"):
                said = calculation.get("formula", "")
                statistic, value = statistic_of(said), finite_number(calculation.get("value"))
                if item is None or statistic is None:
                    other[f"statistic {said}"] = None
                else:
                    item.intensities.append((schedule.get("parameter", ""), statistic, value))
    return list(other)


PARSER = Parser(
    name="facsdiva_experiment",
    version="1",
    product=PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
