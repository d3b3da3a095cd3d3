"""Exports of target databases, claimed by one parser each and never a bug when damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.contracts import parsers
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.survival import survives
from tests.tasks.parsers.target_exports import EXPORTS

TEXTS = [(name, text) for name, texts in EXPORTS.items() for text in texts]
OTHERS = [
    ("mirna_targets", "mirna\ttarget_id\tsource\nhsa-miR-21-5p\tENSG1\tstarBase\n"),
    ("gene_sets", "# version: 1\nGO:0000001\tone\tTP53\tMDM2\nGO:0000002\ttwo\tFOS\n"),
    ("mirna_names", ">hsa-miR-21-5p MIMAT0000076 Homo sapiens\nUAGCUUAUCAGACUGAUGUUGA\n"),
    ("mirna_names", "MIMAT0000076\thsa-miR-21;hsa-miR-21-5p;\n"),
    ("gene_aliases", "alias\tsymbol\nP53\tTP53\n"),
]


@pytest.mark.parametrize(("name", "text"), TEXTS)
def test_an_export_is_claimed_by_its_product_alone_and_only_where_it_is_named(
    tmp_path: Path, name: str, text: str
) -> None:
    raw = raw_file(tmp_path, text.encode())
    declared = [p for p in parsers().values() if p.claims(raw, context(assay="mirna_targets"))]
    assert [p.name for p in declared if not p.is_generic] == [name]
    assert [p.name for p in parsers().values() if p.claims(raw, context()) and "mirna_targets" in p.assays] == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_table_is_never_a_bug(data: st.DataObject, tmp_path: Path) -> None:
    assay, text = data.draw(st.sampled_from([*(("mirna_targets", text) for _, text in TEXTS), *OTHERS]))
    survives(tmp_path, damaged(text.encode(), data.draw(damages(2))), assay, "table.txt")
