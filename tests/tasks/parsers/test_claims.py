"""Every real count file is claimed by exactly one parser, and nothing else is by any of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.contracts import RawFile, parsers
from tests.tasks.parsers.count_files import AIRWAY, claimants, context, declared

DATA = "data/sequencing"
SYNTHETIC = [f"sample{i}" for i in range(1, 101)]
CIRCLES = ("circexplorer2", "circmarker", "knife", "mapsplice", "nclscan", "uroborus")
ISOMIRS = (
    *("annotate_SQL_sample", "compare_reference", "compare_target", "gff_2samples", "gff_2uid_missing"),
    *("gff_3wrong_type", "gff_coldata_missing", "gff_correct_file", "gff_missing_filter_type"),
    *(
        "gff_missing_tools_header",
        "paper_hsa-let-7a-5p",
        "simulation_test",
        "synthetic_let7a-5p",
        "versions_version1.0",
    ),
)
COUNT_FILES = [
    ("studies/airway/landing/airway_gene_counts.csv", AIRWAY, "count_matrix"),
    ("studies/tcga_chol/landing/rna_counts.csv", ["TCGA-3X-AAV9-01", "TCGA-3X-AAVA-01"], "count_matrix"),
    ("studies/tcga_chol/landing/mirna_counts.csv", ["TCGA-3X-AAV9-01", "TCGA-3X-AAVA-01"], "count_matrix"),
    (f"{DATA}/counts/pasilla/pasilla_gene_counts.tsv", [], "count_matrix"),
    (f"{DATA}/counts/pydeseq2_synthetic/synthetic_test_counts.csv", SYNTHETIC, "count_matrix"),
    (f"{DATA}/counts/pydeseq2_synthetic/continuous_test_counts.csv", SYNTHETIC, "count_matrix"),
    (f"{DATA}/tcga_chol_gdcrnatools/rnaCounts.csv.gz", [], "count_matrix"),
    (f"{DATA}/tcga_chol_gdcrnatools/mirCounts.csv.gz", [], "count_matrix"),
    (f"{DATA}/featurecounts/airway_subset_featureCounts.txt", AIRWAY, "featurecounts"),
    (f"{DATA}/htseq/htseq_ensmusg_header.tsv", [], "htseq"),
    (f"{DATA}/star/ERR458837_ReadsPerGene.out.tab", [], "star"),
    *((f"{DATA}/circrna/circRNAprofiler/{t}/circRNAs_001.txt", [], t) for t in CIRCLES),
    (f"{DATA}/circrna/circexplorer2/circ_fusion.txt", [], "circexplorer2"),
    (f"{DATA}/circrna/circexplorer2/circularRNA_full.txt", [], "circexplorer2"),
    (f"{DATA}/circrna/circexplorer2/low_circ_fusion.txt", [], "circexplorer2"),
    (f"{DATA}/reads/circexplorer2_star/circ_fusion.txt", [], "circexplorer2"),
    *((f"{DATA}/mirna/mirtop/{name}.gff", [], "mirtop") for name in ISOMIRS),
    (f"{DATA}/mirna/mirtop_rawData.tsv", [], "mirtop"),
    (f"{DATA}/salmon/SRR1039508/quant.sf.gz", AIRWAY, "salmon"),
    (f"{DATA}/salmon/SRR1039509/quant.sf.gz", AIRWAY, "salmon"),
    ("reference/airway_counts.csv.gz", AIRWAY, "count_matrix"),
    ("reference/pasilla_counts.csv.gz", [], "count_matrix"),
    ("reference/sim3x3_mrna_counts.csv.gz", [], "count_matrix"),
    ("reference/sim3x3_mirna_counts.csv.gz", [], "count_matrix"),
    ("reference/sim3x3_circ_counts.csv.gz", [], "count_matrix"),
]
NAMES = {name for name, _, _ in COUNT_FILES}


@pytest.mark.parametrize(("name", "samples", "parser"), COUNT_FILES, ids=[name for name, _, _ in COUNT_FILES])
def test_a_count_file_has_exactly_one_reader(shared: Path, name: str, samples: list[str], parser: str) -> None:
    raw = RawFile.read(shared / name, name)
    for about in (context(samples), declared(samples)):
        assert [p.name for p in claimants(raw, about)] == [parser]


def test_no_other_file_is_taken_for_counts(shared: Path) -> None:
    readers = [p for p in parsers().values() if "expression_counts" in p.assays]
    others = [
        p for p in sorted((shared / "data").rglob("*")) if p.is_file() and str(p.relative_to(shared)) not in NAMES
    ]
    taken = {
        str(path.relative_to(shared)): parser.name
        for path in others
        for raw in [RawFile.read(path, str(path.relative_to(shared)))]
        for parser in readers
        if parser.claims(raw, context(["S1", "S2"]))
    }
    assert len(others) > 200
    assert taken == {}
