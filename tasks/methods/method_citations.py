"""Papers that the methods text cites. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """A paper by authors, year, journal and DOI."""

    authors: str
    year: int
    title: str
    journal: str
    doi: str


PAPERS = {
    "deseq2": Paper(
        "Love MI, Huber W, Anders S",
        2014,
        "Moderated estimation of fold change and dispersion for RNA-seq data with DESeq2",
        "Genome Biol 15:550",
        "10.1186/s13059-014-0550-8",
    ),
    "limma": Paper(
        "Ritchie ME et al.",
        2015,
        "limma powers differential expression analyses for RNA-sequencing and microarray studies",
        "Nucleic Acids Res 43:e47",
        "10.1093/nar/gkv007",
    ),
    "voom": Paper(
        "Law CW, Chen Y, Shi W, Smyth GK",
        2014,
        "voom: precision weights unlock linear model analysis tools for RNA-seq read counts",
        "Genome Biol 15:R29",
        "10.1186/gb-2014-15-2-r29",
    ),
    "tmm": Paper(
        "Robinson MD, Oshlack A",
        2010,
        "A scaling normalization method for differential expression analysis of RNA-seq data",
        "Genome Biol 11:R25",
        "10.1186/gb-2010-11-3-r25",
    ),
    "apeglm": Paper(
        "Zhu A, Ibrahim JG, Love MI",
        2019,
        "Heavy-tailed prior distributions for sequence count data: removing the noise and preserving large differences",
        "Bioinformatics 35:2084–2092",
        "10.1093/bioinformatics/bty895",
    ),
    "bh": Paper(
        "Benjamini Y, Hochberg Y",
        1995,
        "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        "J R Stat Soc B 57:289–300",
        "10.1111/j.2517-6161.1995.tb02031.x",
    ),
    "ddcq": Paper(
        "Livak KJ, Schmittgen TD",
        2001,
        "Analysis of relative gene expression data using real-time quantitative PCR and the 2^-ΔΔCT method",
        "Methods 25:402–408",
        "10.1006/meth.2001.1262",
    ),
    "pfaffl": Paper(
        "Pfaffl MW",
        2001,
        "A new mathematical model for relative quantification in real-time RT-PCR",
        "Nucleic Acids Res 29:e45",
        "10.1093/nar/29.9.e45",
    ),
    "genorm": Paper(
        "Vandesompele J et al.",
        2002,
        "Accurate normalization of real-time quantitative RT-PCR data by geometric averaging of multiple internal "
        "control genes",
        "Genome Biol 3:research0034",
        "10.1186/gb-2002-3-7-research0034",
    ),
    "ease": Paper(
        "Hosack DA et al.",
        2003,
        "Identifying biological themes within lists of genes with EASE",
        "Genome Biol 4:R70",
        "10.1186/gb-2003-4-10-r70",
    ),
    "gdc": Paper(
        "Li R et al.",
        2018,
        "GDCRNATools: an R/Bioconductor package for integrative analysis of lncRNA, miRNA and mRNA data in GDC",
        "Bioinformatics 34:2515–2517",
        "10.1093/bioinformatics/bty124",
    ),
    "mcc": Paper(
        "Chin CH et al.",
        2014,
        "cytoHubba: identifying hub objects and sub-networks from complex interactome",
        "BMC Syst Biol 8(Suppl 4):S11",
        "10.1186/1752-0509-8-S4-S11",
    ),
    "scipy": Paper(
        "Virtanen P et al.",
        2020,
        "SciPy 1.0: fundamental algorithms for scientific computing in Python",
        "Nat Methods 17:261–272",
        "10.1038/s41592-019-0686-2",
    ),
}
