from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.parsers import rdml
from tasks.parsers.rdml import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

REACTS = """
  <react id="1"><sample id="C1"/><data><tar id="GAPDH"/><cq>18.25</cq>
    <adp><cyc>1</cyc><tmp>60</tmp><fluor>0.5</fluor></adp><adp><cyc>2</cyc><fluor>0.75</fluor></adp>
    <mdp><tmp>65.0</tmp><fluor>9.5</fluor></mdp><mdp><tmp>65.5</tmp><fluor>9.0</fluor></mdp>
    <bgFluor>0.1</bgFluor></data>
    <data><tar id="ACAN"/><cq>-1.0</cq></data></react>
  <react id="13"><sample id="Std"/><data><tar id="GAPDH"/><cq>15.5</cq></data></react>
  <react id="14"><sample id="water"/><data><tar id="GAPDH"/><cq>NaN</cq></data></react>
  <react id="15"><sample id="RT minus"/><data><tar id="GAPDH"/><cq>33</cq></data></react>
  <react id="16"><sample id="C1"/><data><tar id="GAPDH"/><cq>25</cq><excl>bubble</excl></data></react>
"""
TEXT = f"""<?xml version="1.0" encoding="UTF-8"?>
<rdml version="1.2" xmlns="http://www.rdml.org">
 <dateMade>2024-03-05T10:00:00</dateMade>
 <experimenter id="me"><firstName>A</firstName></experimenter>
 <dye id="SYBR"/>
 <sample id="C1"><description>x</description><type>unkn</type></sample>
 <sample id="Std"><type>std</type><quantity><value>1000</value><unit>cop</unit></quantity></sample>
 <sample id="water"><type>ntc</type></sample>
 <sample id="RT minus"><type>nrt</type></sample>
 <target id="GAPDH"><type>ref</type><amplificationEfficiency>1.95</amplificationEfficiency></target>
 <target id="ACAN"><type>toi</type></target>
 <experiment id="E"><run id="R1">
  <instrument>LC480</instrument>
  <dataCollectionSoftware><name>LC</name><version>1.5</version></dataCollectionSoftware>
  <pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel></pcrFormat>
  <runDate>2024-03-05T09:00:00</runDate>{REACTS}
 </run></experiment>
</rdml>
"""
ROWS = [
    ("A01", "C1", "GAPDH", "unknown", 18.25, None, None),
    ("A01", "C1", "ACAN", "unknown", None, None, "undetermined"),
    ("B01", "Std", "GAPDH", "standard", 15.5, 1000.0, None),
    ("B02", "water", "GAPDH", "ntc", None, None, "undetermined"),
    ("B03", "RT minus", "GAPDH", "no_rt", 33.0, None, None),
    ("B04", "C1", "GAPDH", "unknown", 25.0, None, "omitted"),
]


def zipped(text: bytes, name: str = "rdml_data.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return target.getvalue()


@pytest.mark.parametrize("name", ["run.rdml", "run.zip", "run.xml"])
def test_zipped_and_plain_rdml_give_the_same_rows(name: str, tmp_path: Path) -> None:
    content = TEXT.encode() if name.endswith("xml") else zipped(TEXT.encode())
    raw = raw_file(tmp_path, content, name)
    assert PARSER.claims(raw, context())
    assert PARSER.claims(raw, context(assay="qpcr"))
    assert not PARSER.claims(raw, context(assay="western_blot"))
    found = PARSER.parse(raw, context()).frames["core.qpcr_wells"]
    assert found.select("well", "sample_name", "target", "task", "cq", "quantity", "flag").rows() == ROWS
    assert set(found["plate"]) == {"E R1"}


def test_runs_curves_and_what_is_not_read(tmp_path: Path) -> None:
    result = PARSER.parse(raw_file(tmp_path, zipped(TEXT.encode()), "a.rdml"), context(plate="P1"))
    run = result.frames["core.qpcr_runs"].row(0, named=True)
    assert (run["plate"], run["instrument"], run["software"]) == ("P1", "LC480", "LC 1.5")
    assert run["run_at"] == "2024-03-05T09:00:00"
    assert '"amplification efficiency of GAPDH": "1.95"' in run["header"]
    cycles, melt = result.derived["qpcr_amplification"], result.derived["qpcr_melt"]
    assert cycles.select("plate", "well", "target", "cycle", "rn").rows() == [
        ("P1", "A01", "GAPDH", 1, 0.5),
        ("P1", "A01", "GAPDH", 2, 0.75),
    ]
    assert melt.select("reading", "temperature_c", "fluorescence").rows() == [(1, 65.0, 9.5), (2, 65.5, 9.0)]
    assert result.unread == (
        "adp/tmp", "data/bgFluor", "pcrFormat/rowLabel", "quantity/unit", "rdml/experimenter", "sample/description",
        "target/type",
    )  # fmt: skip


def test_versions_without_namespace_and_types_by_target_are_read(tmp_path: Path) -> None:
    text = TEXT.replace(' xmlns="http://www.rdml.org"', "").replace('version="1.2"', 'version="1.0"')
    typed = text.replace("<type>unkn</type>", '<type targetId="ACAN">nrt</type><type targetId="GAPDH">unkn</type>')
    found = PARSER.parse(raw_file(tmp_path, typed.encode(), "a.rdml"), context()).frames["core.qpcr_wells"]
    assert found["task"].to_list()[:2] == ["unknown", "no_rt"]


def test_every_run_is_a_plate(tmp_path: Path) -> None:
    second = TEXT[TEXT.index("<run ") : TEXT.index("</experiment>")].replace('"R1"', '"R2"').replace("18.25", "19.25")
    text = TEXT.replace("</experiment>", f"{second}</experiment>")
    result = PARSER.parse(raw_file(tmp_path, text.encode(), "a.rdml"), context())
    found = result.frames["core.qpcr_wells"]
    assert found.filter(well="A01", target="GAPDH").select("plate", "cq").rows() == [("E R1", 18.25), ("E R2", 19.25)]
    assert result.frames["core.qpcr_runs"]["plate"].to_list() == ["E R1", "E R2"]
    assert result.derived["qpcr_amplification"].group_by("plate").len()["len"].to_list() == [2, 2]


def test_rotors_and_named_wells_are_places_too(tmp_path: Path) -> None:
    rotor = TEXT.replace("<rows>8</rows><columns>12</columns>", "<rows>1</rows><columns>72</columns>")
    found = PARSER.parse(raw_file(tmp_path, rotor.encode(), "a.rdml"), context()).frames["core.qpcr_wells"]
    assert found["well"].to_list() == ["A01", "A01", "A13", "A14", "A15", "A16"]
    named = TEXT.replace('react id="13"', 'react id="H12"')
    found = PARSER.parse(raw_file(tmp_path, named.encode(), "b.rdml"), context()).frames["core.qpcr_wells"]
    assert found.filter(pl.col("task") == "standard")["well"].to_list() == ["H12"]


ENTITY = '<!DOCTYPE rdml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (TEXT.replace("<rdml ", f"{ENTITY}<rdml ", 1).encode(), "unsafe_xml", "DOCTYPE"),
        (zipped(TEXT.replace("<rdml ", f"{ENTITY}<rdml ", 1).encode()), "unsafe_xml", "DOCTYPE"),
        (TEXT.encode()[:900], "damaged_xml", "no intact XML"),
        (zipped(TEXT.encode())[:-60], "damaged_archive", "cannot be opened"),
        (zipped(TEXT.encode(), "readme.txt"), "no_rdml", "holds no rdml_data.xml"),
        (b"<?xml version='1.0'?><gates/>", "no_rdml", "rdml was expected"),
        (TEXT.replace(REACTS, "").encode(), "no_readings", "no run with reactions"),
        (TEXT.replace('id="16"', 'id="99999"').encode(), "unknown_well", "'99999' is no reaction"),
        (TEXT.replace(">33<", ">333<").encode(), "cq_out_of_range", "'333' is no quantification cycle"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content: bytes, rule: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, content, "a.rdml"), context())
    (problem,) = caught.value.problems
    assert problem.rule == rule
    assert words in problem.message
    assert problem.remedy


def test_a_small_archive_that_unpacks_to_much_is_refused(tmp_path: Path) -> None:
    bomb = zipped(b"<rdml>" + b" " * (rdml.MOST_BYTES + 10))
    assert len(bomb) < 1 << 20
    with pytest.raises(BadInputError, match="unpacks to more than 96 MiB"):
        PARSER.parse(raw_file(tmp_path, bomb, "bomb.rdml"), context())


def test_an_archive_whose_stated_size_lies_is_refused_or_read_short(tmp_path: Path) -> None:
    content = bytearray(zipped(TEXT.encode()))
    at = content.rindex(b"PK\x01\x02") + 24  # uncompressed size in the directory
    content[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(BadInputError):
        PARSER.parse(raw_file(tmp_path, bytes(content), "lie.rdml"), context())


def test_other_zips_are_not_claimed(tmp_path: Path) -> None:
    assert not PARSER.claims(raw_file(tmp_path, zipped(b"x", "a.txt"), "a.zip"), context())
    assert not PARSER.claims(raw_file(tmp_path, b"<gates/>", "a.xml"), context())
