from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from deployments.gene_sets import LICENCE, Request, write_gene_sets
from schemas.errors import UserError
from tasks.engine.reading import read_file
from tests.tasks.methods.small_go import SETS, consortium_files, databases
from tests.tasks.parsers.bench_files import context, raw_file


def request(folder: Path, **more: object) -> Request:
    obo, gaf = consortium_files(folder)
    asked = Request(folder / "go.gmt.gz", "BP", (), (), "human", regulates=True, obo=obo, gaf=gaf)
    return replace(asked, **more)  # type: ignore[arg-type]


def test_the_file_is_read_back_with_its_version_and_licence(tmp_path: Path) -> None:
    said: list[str] = []
    asked = request(tmp_path)
    sentence, lines = write_gene_sets(asked, said.append)
    assert "4 sets, 4 genes, 10 memberships. Version: GO releases/2024-06-17, annotations 2024-06-10" in sentence
    assert lines == f"enrichment:\n  gene_sets:\n    GO_BP: {tmp_path / 'go.gmt.gz'}"
    assert said == [
        "left out: 1 annotations negated (NOT)",
        "left out: 1 annotations with obsolete terms",
        "left out: 1 annotations with terms that the ontology does not know (is it older than the annotations?)",
    ]
    about = context(assay="gene_sets", attributes={"collections": "GO_BP"})
    reading = read_file(raw_file(tmp_path, asked.out.read_bytes(), "go.gmt.gz"), about)
    rows = reading.frames["core.gene_sets"]
    assert {key: set(genes) for key, genes in rows.group_by("set_id").agg("symbol").iter_rows()} == SETS
    assert set(rows.filter(set_id="GO:0000004")["set_name"]) == {"intrinsic pathway: of apoptosis"}
    one = reading.frames["core.gene_set_collections"].row(0, named=True)
    assert one["version"] == "GO releases/2024-06-17, annotations 2024-06-10, taxon 9606"
    assert one["licence"] == LICENCE
    assert "biological process; ancestors over is_a, part_of, regulates; all evidence without ND" in one["source"]
    assert not reading.problems


def test_the_same_sources_give_the_same_bytes_packed_and_plain(tmp_path: Path) -> None:
    packed = request(tmp_path)
    write_gene_sets(packed, print)
    first = packed.out.read_bytes()
    write_gene_sets(packed, print)
    plain = replace(packed, out=tmp_path / "new" / "go.gmt")
    write_gene_sets(plain, print)
    assert packed.out.read_bytes() == first
    assert gzip.decompress(first) == plain.out.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["go-basic.obo", "go.gmt.gz", "goa.gaf.gz", "new"]


def test_evidence_and_relations_are_chosen_and_stand_in_the_file(tmp_path: Path) -> None:
    asked = request(tmp_path, without=("IEA",), regulates=False, out=tmp_path / "go.gmt")
    write_gene_sets(asked, print)
    *comments, death, apoptosis, intrinsic, regulation = asked.out.read_text().splitlines()
    assert "ancestors over is_a, part_of; all evidence without ND, IEA; go-basic.obo, goa.gaf.gz" in comments[2]
    assert death == "GO:0000002\tcell death\tFAS\tTP53"
    assert apoptosis.split("\t")[2:] == intrinsic.split("\t")[2:] == ["TP53"]
    assert regulation.split("\t")[2:] == ["BCL2"]


def test_within_a_study_the_line_has_the_path_that_study_yaml_takes(tmp_path: Path) -> None:
    study = tmp_path / "study"
    go, org = databases(tmp_path / "R")
    study.mkdir()
    (study / "study.yaml").write_text("study_id: x\n")
    asked = Request(study / "reference" / "go mf.gmt", "MF", (), (), "human", regulates=True, go=go, org=org)
    sentence, lines = write_gene_sets(asked, print)
    assert lines.endswith('GO_MF: "reference/go mf.gmt"')
    assert "1 sets, 1 genes" in sentence
    assert asked.out.read_text().splitlines()[-1] == "GO:0000010\tcaspase activity\tCASP3"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"out": Path("go.txt")}, "should end in .gmt.gz"),
        ({"gaf": None}, "--obo needs --gaf"),
        ({"obo": None}, "--gaf needs --obo"),
        ({"library": "KEGG_2021_Human"}, "--obo/--gaf and --library are different sources"),
        ({"organism": "mouse"}, "--organism chooses an installed database or a library"),
        ({"organism": "mouse", "obo": None, "gaf": None, "org": Path("x.sqlite")}, "that of --org is its own"),
        ({"obo": None, "gaf": None, "taxon": 9606}, "--taxon chooses the organism of a GAF file"),
        ({"without": ("IAE",)}, "'IAE' is no evidence code of GO .* Did you mean I"),
        ({"obo": Path("none.obo")}, "none.obo is no file"),
        ({"evidence": ("HTP",)}, "No set of GO_BP has a gene, so .* was not written"),
    ],
)
def test_what_contradicts_is_said_and_nothing_is_written(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    asked = request(tmp_path, **changes)
    with pytest.raises(UserError, match=said):
        write_gene_sets(asked, print)
    assert not (tmp_path / "go.gmt.gz").exists()
