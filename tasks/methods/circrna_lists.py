"""The list of a study's circRNAs, which the study makes itself where their sequences are to be cut from a genome."""

from __future__ import annotations

import polars as pl

from schemas.study_yaml import StudyYaml

LIST = "made/circrnas.txt"  # its name in the ledger; it lies in the home, not in the study's folder
HEADER = "# circRNAs of the study, by id\n"


def wants_circrnas(config: StudyYaml) -> bool:
    """Whether study.yaml has what the miRNA sites of circRNAs are predicted from, and targets to set them beside."""
    annotation = config.annotation
    files = (annotation.genome, annotation.gtf, annotation.mirna_mature)
    return all(files) and bool(config.cerna.targets or config.cerna.sequences)


def circrna_list(ids: pl.Series) -> bytes:
    """The list as a file: the same circRNAs give the same bytes."""
    return (HEADER + "".join(f"{name}\n" for name in ids.unique().sort())).encode()


def listed_circrnas(data: bytes) -> pl.Series:
    """Ids of such a file."""
    return pl.Series("feature_id", data.decode().splitlines()[1:], pl.String)
