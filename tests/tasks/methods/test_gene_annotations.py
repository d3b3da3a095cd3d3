from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError, UserError
from tasks.methods.gene_annotations import read_gaf
from tests.tasks.methods.small_go import ANNOTATIONS, consortium_files, gaf_text


def written(folder: Path, text: str) -> Path:
    path = folder / "x.gaf"
    path.write_text(text)
    return path


def test_a_gaf_gives_symbols_terms_evidence_and_what_is_negated(tmp_path: Path) -> None:
    found = read_gaf(consortium_files(tmp_path)[1])
    assert found.rows.rows() == [(s, term, code, q.startswith("NOT")) for s, q, term, code in ANNOTATIONS]
    assert (found.version, found.organism) == ("2024-06-10", "taxon 9606")


def test_quotes_short_lines_and_a_host_organism_are_no_trouble(tmp_path: Path) -> None:
    text = gaf_text("taxon:9606|taxon:11103").replace("protein", '5"-protein')
    short = "UniProtKB\tP2\tMDM2\t\tGO:0000002\tPMID:2\tIDA\t\tP\t\t\tprotein\ttaxon:9606\t20240101\tX\n"
    found = read_gaf(written(tmp_path, text + short))
    assert found.rows.height == len(ANNOTATIONS) + 1
    assert found.rows.row(-1) == ("MDM2", "GO:0000002", "IDA", False)
    assert found.organism == "taxon 9606"


def test_one_of_several_organisms_has_to_be_chosen(tmp_path: Path) -> None:
    both = written(tmp_path, gaf_text() + gaf_text("taxon:10090").partition("10:00\n")[2] * 2)
    with pytest.raises(UserError, match=r"2 organisms \(taxon 10090, 9606\): choose one by --taxon"):
        read_gaf(both)
    found = read_gaf(both, 9606)
    assert (found.rows.height, found.organism) == (len(ANNOTATIONS), "taxon 9606")
    with pytest.raises(UserError, match="no gene of taxon 7227; it has taxon 10090, 9606"):
        read_gaf(both, 7227)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no annotation"),
        ("!gaf-version: 2.2\n", "holds no annotation"),
        ("gene\tterm\nTP53\tGO:0000001\n", "has 2 columns, expected the 15 or 17 of GAF"),
        ("\t".join("abcdefghijklmno") + "\n", "no line has a GO term in column 5"),
    ],
)
def test_what_is_no_gaf_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInputError, match=f"{said}.*goa_human.gaf.gz"):
        read_gaf(written(tmp_path, text))
