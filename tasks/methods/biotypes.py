"""The RNA class that a gene's biotype gives, whichever database names it."""

from __future__ import annotations

import re

from schemas.vocabulary import Library, RnaClass

# as ``plain_biotype`` gives them. Ensembl and GENCODE before release 31 named long non-coding genes by their place
# (lincRNA, antisense, …), now all are lncRNA; then RefSeq, MGI, HGNC
_LNCRNA = {
    *("lncrna", "lnc_rna", "lincrna", "linc_rna", "long_noncoding_rna", "long_non_coding_rna", "rna_long_non_coding"),
    *("antisense", "antisense_rna", "antisense_lncrna", "processed_transcript", "non_coding", "known_ncrna"),
    *("sense_intronic", "sense_intronic_lncrna", "sense_overlapping", "sense_overlapping_lncrna", "macro_lncrna"),
    *("3prime_overlapping_ncrna", "bidirectional_promoter_lncrna", "ncrna_host", "ambiguous_orf", "retained_intron"),
}
_MRNA = {"protein_coding", "mrna", "coding", "gene_with_protein_product"}


def plain_biotype(biotype: str) -> str:
    """A biotype as it is looked up: lower case, words joined by underscores, without ``gene`` behind them."""
    words = re.sub(r"[\W_]+", "_", biotype.strip().lower()).strip("_")
    return words.removesuffix("_gene")


def rna_class(biotype: str | None, library: Library) -> RnaClass:
    """Class of a feature: the library's own for miRNA and circRNA, else what the biotype says.

    Pseudogenes, immunoglobulin segments, small RNAs and NCBI's ``ncRNA``, which says too little, are ``other``, and so
    are miRNA genes of a gene matrix: precursors, not the mature miRNAs.
    """
    if library != "gene":
        return library
    plain = plain_biotype(biotype or "")
    return "mrna" if plain in _MRNA else "lncrna" if plain in _LNCRNA else "other"
