from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.obo import read_obo
from tests.tasks.methods.small_go import OBO, consortium_files


def test_terms_relations_and_successors_are_read(tmp_path: Path) -> None:
    found = read_obo(consortium_files(tmp_path)[0])
    assert found.version == "releases/2024-06-17"
    assert found.terms.height == 8
    assert ("GO:0000004", "intrinsic pathway: of apoptosis", "BP") in found.terms.rows()
    assert found.parents.filter(go_id="GO:0000003").select("parent_id", "relation").rows() == [
        ("GO:0000001", "is_a"),
        ("GO:0000002", "part_of"),
        ("GO:0000006", "occurs_in"),
    ]
    assert found.replaced == {"GO:0000022": "GO:0000002", "GO:0000007": "GO:0000004"}
    assert found.obsolete == {"GO:0000008"}


def test_windows_line_ends_and_a_default_namespace_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.obo"
    text = OBO.replace("namespace: biological_process\n", "").replace("gene_ontology", "biological_process")
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert read_obo(path).terms["ontology"].to_list().count("BP") == 6


@pytest.mark.parametrize(
    "text", ["", "id\tname\nGO:1\tx\n", "format-version: 1.2\n\n[Term]\nid: HP:0000001\nname: All\n"]
)
def test_what_holds_no_go_term_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.obo"
    path.write_text(text)
    with pytest.raises(BadInputError, match=r"x.obo: no term is a biological process.*go-basic.obo"):
        read_obo(path)
