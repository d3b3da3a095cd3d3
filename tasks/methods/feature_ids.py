"""What kind of RNA feature ids name, and how ids with and without version are joined."""

from __future__ import annotations

import polars as pl

from schemas.vocabulary import Library
from tasks.contracts import Context
from tasks.methods.excel_damage import excel_damaged

_SHARE = 0.8  # of the ids must look alike; matrices carry spike-ins and novel miRNAs besides
_CHROMOSOME = r"(?:chr)?(?:[0-9]{1,2}|[XYMWZ]|MT|Un|[IVX]+|[A-Z]{2}_?[0-9]+(?:\.[0-9]+)?)[\w.]*"
# hsa-miR-21-5p, mmu-let-7a, cel-lin-4, ebv-miR-BART1-5p, hsv1-miR-H1; MirGeneDB's Hsa-Mir-8-P1a_5p; MIMAT0000062
_SPECIES = "[a-z][a-z0-9]{2,4}"
MIRNA = (
    rf"^(?:{_SPECIES}-(?:mi[rR]|let|lin|lsy|bantam|iab|mir)\b|[A-Z][a-z]{{2}}-(?:Mir|Let)-"
    r"|MIMAT[0-9]{7}|MI[0-9]{7}\b)"
)
# chr1:1158623|1159348 (CIRI), chr1:1158622-1159348|+, hsa_circ_0000001 (circBase), hsa_circHIPK3_001
CIRCRNA = rf"^(?:{_CHROMOSOME}:[0-9]+[|-][0-9]+|[a-z]{{3}}_circ)"
# ids of which annotations write versions: Ensembl, RefSeq
_VERSIONED = r"^((?:ENS[A-Z]*|N[MR]_|X[MR]_)[0-9]+)\.[0-9]+"
# ids that name genes of the usual databases; symbols have no pattern
GENE = (
    r"^(?:ENS[A-Z]*[GT][0-9]{11}|FBgn[0-9]{7}|WBGene[0-9]{8}|[NX][MR]_[0-9]+|AT[1-5MC]G[0-9]{5}|Y[A-P][LR][0-9]{3}[WC])"
)
_FEATURE = f"{GENE}|{MIRNA}|{CIRCRNA}"


# ids of databases, arrays and assemblies: they name a feature for programs, a symbol names it for people
_ACCESSION = (
    rf"{GENE}|{CIRCRNA}|^(?:ENS[A-Z]*[0-9]{{2,}}(?:[._].*)?|MIMAT[0-9]+|MI[0-9]{{7}}|[NXAY][CGMRPTW]_[0-9]+|[0-9]+(?:\.[0-9]+)?"
    r"|(?:HGNC|MGI|RGD|ZDB|NCBI|GeneID|Entrez|URS|NONHSA|lnc-)[:0-9GT-]*[0-9].*|(?:gene|rna|transcript)[-:].*"
    r"|(?:MSTRG|XLOC|TCONS|STRG|CUFF|Hs|Mm|Rn|novel|ILMN|A_[0-9]+)[._][P0-9].*|.*_at|chr[0-9XYM]+[:_].*|__.*|N_.*)$"
)


def library_of(ids: pl.Series, context: Context) -> Library:
    """Library of a count file: as files.csv says, else recognised from its ids, else ``gene``."""
    declared = context.row.rna_class if context.row else None
    if declared == "mirna":
        return "mirna"
    if declared == "circrna":
        return "circrna"
    if declared is None:
        if _share(ids, MIRNA) >= _SHARE:
            return "mirna"
        if _share(ids, CIRCRNA) >= _SHARE:
            return "circrna"
    return "gene"


def are_feature_ids(ids: pl.Series) -> bool:
    """Whether most of the names follow the pattern of a feature database."""
    return _share(ids, _FEATURE) >= _SHARE


def first_feature(ids: pl.Series) -> int:
    """Position of the first name that follows such a pattern, or names a spike-in."""
    return int(ids.str.contains(f"{_FEATURE}|^ERCC-").arg_max() or 0)


def are_symbols(ids: pl.Series) -> pl.Series:
    """Which ids name a feature for people as well (IL6, hsa-miR-21-5p): no accession, no number, no coordinates."""
    damaged = [at for at, _ in excel_damaged(ids.to_list())]
    plain = (ids != "") & ~ids.str.contains(_ACCESSION)
    return plain.scatter(damaged, values=False) if damaged else plain


def unversioned(ids: pl.Series) -> pl.Series:
    """Ids as they are joined: without Ensembl's and RefSeq's version and without what follows it (``_PAR_Y``)."""
    return ids.str.replace(f"{_VERSIONED}.*$", "$1")


def _share(ids: pl.Series, pattern: str) -> float:
    return float(ids.str.contains(pattern).mean() or 0.0) if len(ids) else 0.0  # type: ignore[arg-type]
