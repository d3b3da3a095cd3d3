from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.vocabulary import Library
from tasks.methods.biotypes import rna_class

# what Ensembl 75 to 113 and GENCODE 19 to 47 call long non-coding genes, then RefSeq, MGI and HGNC
LNCRNA = [
    *("lncRNA", "lincRNA", "antisense", "antisense_RNA", "processed_transcript", "sense_intronic", "sense_overlapping"),
    *("3prime_overlapping_ncrna", "3prime_overlapping_ncRNA", "bidirectional_promoter_lncRNA", "macro_lncRNA"),
    *("bidirectional_promoter_lncrna", "non_coding", "lnc_RNA", "lncRNA gene", "antisense lncRNA gene"),
    "RNA, long non-coding",
]
MRNA = [
    "protein_coding",
    "protein-coding",
    "protein coding gene",
    "gene with protein product",
    "mRNA",
    "Protein_Coding",
]
OTHER = [
    *("miRNA", "snoRNA", "processed_pseudogene", "transcribed_unprocessed_pseudogene", "IG_V_gene", "TEC", "Mt_tRNA"),
    *("misc_RNA", "rRNA", "scaRNA", "vault_RNA", "ncRNA", "pseudo", "unknown", "biological-region", "", None),
]


@pytest.mark.parametrize(
    ("biotypes", "found"), [(LNCRNA, "lncrna"), (MRNA, "mrna"), (OTHER, "other")], ids=["lncrna", "mrna", "other"]
)
def test_a_gene_has_the_class_of_its_biotype(biotypes: list[str | None], found: str) -> None:
    assert {b: rna_class(b, "gene") for b in biotypes} == dict.fromkeys(biotypes, found)


@pytest.mark.parametrize("library", ["mirna", "circrna"])
def test_small_and_circular_rnas_have_the_class_of_their_library(library: Library) -> None:
    assert {rna_class(b, library) for b in (*MRNA, *LNCRNA, *OTHER)} == {library}


def test_old_and_new_annotations_call_the_same_genes_long_non_coding(shared: Path) -> None:
    folder = shared / "annotation"
    tables = {"gencode22_tcga": "ensemblID", "grch38": "ensgene"}
    found = {}
    for name, column in tables.items():
        table = pl.read_csv(
            folder / f"gene_ensembl_symbol_biotype_{name}.tsv.gz", separator="\t", infer_schema=False, quote_char=None
        )
        classes = table.with_columns(rna=pl.col("biotype").map_elements(lambda b: rna_class(b, "gene"), pl.String))
        found[name] = dict(classes.select(column, "rna").unique(column, keep="first").iter_rows())
    both = [(found["gencode22_tcga"][g], found["grch38"][g]) for g in found["gencode22_tcga"].keys() & found["grch38"]]
    named = [pair for pair in both if pair[0] in ("mrna", "lncrna")]
    assert sum(old == new for old, new in named) / len(named) > 0.97  # genes that were not re-annotated since
    assert len(named) > 25_000
