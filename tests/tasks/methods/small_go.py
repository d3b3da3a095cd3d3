"""A small ontology with its genes, as files of the consortium and as databases of Bioconductor.

GO:0000001 (root) <- is_a - 2 <- part_of - 3 <- is_a - 4;  5 regulates 3 and is_a 1;  6 has no gene;  9 is of MF
"""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

OBO = """format-version: 1.2
data-version: releases/2024-06-17
default-namespace: gene_ontology

[Term]
id: GO:0000001
name: biological_process
namespace: biological_process

[Term]
id: GO:0000002
name: cell death
namespace: biological_process
alt_id: GO:0000022
is_a: GO:0000001 ! biological_process

[Term]
id: GO:0000003
name: apoptotic process
namespace: biological_process
is_a: GO:0000001 {source="x"} ! biological_process
relationship: part_of GO:0000002 ! cell death
relationship: occurs_in GO:0000006 ! nowhere that counts

[Term]
id: GO:0000004
name: intrinsic pathway: of apoptosis
namespace: biological_process
is_a: GO:0000003 ! apoptotic process

[Term]
id: GO:0000005
name: regulation of apoptosis
namespace: biological_process
is_a: GO:0000001 ! biological_process
relationship: negatively_regulates GO:0000003 ! apoptotic process

[Term]
id: GO:0000006
name: nobody's process
namespace: biological_process
is_a: GO:0000001

[Term]
id: GO:0000007
name: obsolete killing
namespace: biological_process
is_obsolete: true
replaced_by: GO:0000004

[Term]
id: GO:0000008
name: obsolete ageing
namespace: biological_process
is_obsolete: true
consider: GO:0000002

[Term]
id: GO:0000009
name: molecular_function
namespace: molecular_function

[Term]
id: GO:0000010
name: caspase activity
namespace: molecular_function
is_a: GO:0000009
relationship: part_of GO:0000003

[Typedef]
id: part_of
name: part of
is_transitive: true
"""

ANNOTATIONS = (  # symbol, qualifier, term, evidence
    ("TP53", "involved_in", "GO:0000004", "IDA"),
    ("BAX", "involved_in", "GO:0000007", "IEA"),  # obsolete, replaced by 4
    ("FAS", "involved_in", "GO:0000022", "IMP"),  # another id of 2
    ("FAS", "involved_in", "GO:0000002", "IEA"),
    ("BCL2", "involved_in", "GO:0000005", "TAS"),
    ("ACTB", "NOT|involved_in", "GO:0000003", "IDA"),
    ("SIRT1", "involved_in", "GO:0000008", "IDA"),  # obsolete without successor
    ("NEW1", "involved_in", "GO:0000099", "IDA"),  # younger than the ontology
    ("XYZ", "involved_in", "GO:0000001", "ND"),
    ("CASP3", "enables", "GO:0000010", "IDA"),
)
_INSERT = "INSERT INTO {table} VALUES (?, ?, ?)"
DEATH = {"BAX", "FAS", "TP53"}
SETS = {  # of BP with regulates, all evidence
    "GO:0000002": DEATH | {"BCL2"},
    "GO:0000003": {"BAX", "BCL2", "TP53"},
    "GO:0000004": {"BAX", "TP53"},
    "GO:0000005": {"BCL2"},
}


def gaf_text(taxon: str = "taxon:9606") -> str:
    rest = ("", "P", "", "", "protein", taxon, "20240101", "X", "", "")
    rows = [
        ("UniProtKB", "P1", symbol, qualifier, term, "PMID:1", evidence, *rest)
        for symbol, qualifier, term, evidence in ANNOTATIONS
    ]
    header = "!gaf-version: 2.2\n!\n!date-generated: 2024-06-10T10:00\n"
    return header + "".join("\t".join(row) + "\n" for row in rows)


def consortium_files(folder: Path) -> tuple[Path, Path]:
    obo, gaf = folder / "go-basic.obo", folder / "goa.gaf.gz"
    obo.write_text(OBO)
    gaf.write_bytes(gzip.compress(gaf_text().encode()))
    return obo, gaf


def databases(folder: Path) -> tuple[Path, Path]:
    """GO.sqlite and org.Hs.eg.sqlite in R's folders below ``folder``; they hold no negated annotation."""
    go, org = (
        folder / package / "extdata" / file
        for package, file in (("GO.db", "GO.sqlite"), ("org.Hs.eg.db", "org.Hs.eg.sqlite"))
    )
    for path in (go, org):
        path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(go)) as c:
        c.executescript("""
            CREATE TABLE metadata (name, value);
            INSERT INTO metadata VALUES ('GOSOURCEDATE', '2024-06-17');
            CREATE TABLE go_term (_id INTEGER PRIMARY KEY, go_id, term, ontology);
            INSERT INTO go_term VALUES
                (1, 'GO:0000001', 'biological_process', 'BP'), (2, 'GO:0000002', 'cell death', 'BP'),
                (3, 'GO:0000003', 'apoptotic process', 'BP'),
                (4, 'GO:0000004', 'intrinsic pathway: of apoptosis', 'BP'),
                (5, 'GO:0000005', 'regulation of apoptosis', 'BP'), (6, 'GO:0000006', 'nobody''s process', 'BP'),
                (9, 'GO:0000009', 'molecular_function', 'MF'), (10, 'GO:0000010', 'caspase activity', 'MF'),
                (99, 'all', 'all', 'universal');
            CREATE TABLE go_bp_parents (_id, _parent_id, relationship_type);
            INSERT INTO go_bp_parents VALUES (1, 99, 'isa'), (2, 1, 'isa'), (3, 1, 'isa'), (3, 2, 'part of'),
                (4, 3, 'isa'), (5, 1, 'isa'), (5, 3, 'negatively regulates'), (6, 1, 'isa');
            CREATE TABLE go_mf_parents (_id, _parent_id, relationship_type);
            INSERT INTO go_mf_parents VALUES (9, 99, 'isa'), (10, 9, 'isa');
            CREATE TABLE go_cc_parents (_id, _parent_id, relationship_type);
            CREATE TABLE go_obsolete (go_id, term, ontology);
            INSERT INTO go_obsolete VALUES ('GO:0000007', 'obsolete killing', 'BP'), ('GO:0000008', '', 'BP');
            CREATE TABLE go_synonym (_id, synonym, secondary, like_go_id);
            INSERT INTO go_synonym VALUES (2, 'GO:0000022', 'GO:0000022', 1), (2, 'dying', NULL, 0),
                (4, 'GO:0000007', 'GO:0000007', 1);
        """)
        c.commit()
    genes = sorted({symbol for symbol, *_ in ANNOTATIONS})
    with closing(sqlite3.connect(org)) as c:
        c.executescript("""
            CREATE TABLE metadata (name, value);
            INSERT INTO metadata VALUES ('GOEGSOURCEDATE', '2024-Jun11'), ('ORGANISM', 'Homo sapiens');
            CREATE TABLE gene_info (_id, gene_name, symbol);
            CREATE TABLE go_bp (_id, go_id, evidence);
            CREATE TABLE go_mf (_id, go_id, evidence);
            CREATE TABLE go_cc (_id, go_id, evidence);
        """)
        c.executemany("INSERT INTO gene_info VALUES (?, '', ?)", list(enumerate(genes)))
        for symbol, qualifier, term, evidence in ANNOTATIONS:
            if not qualifier.startswith("NOT"):
                table = "go_mf" if qualifier == "enables" else "go_bp"
                c.execute(_INSERT.format(table=table), (genes.index(symbol), term, evidence))
        c.commit()
    return go, org
