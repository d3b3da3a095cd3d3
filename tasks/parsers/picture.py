"""Pictures of blots, stainings and electron microscopy: catalogued with a thumbnail, not measured."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.file_samples import sample_of
from tasks.methods.lines import read_content
from tasks.methods.pictures import read_picture

ASSAYS = ("image", "western_blot", "senescence")
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the bytes begin like a PNG, JPEG or TIFF, whatever the name says."""
    return context.assay in (None, *ASSAYS) and raw.head.startswith(_MAGIC)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Describe the picture in one row of ``core.images``; its pixels stay in the object store.

    The sample is that of files.csv, else of the file's name or folder. Raises ``BadInputError`` for damaged pictures
    and decompression bombs.
    """
    found = asdict(read_picture(read_content(raw, "a picture"), raw.name))
    row = context.row
    about = {
        "assay": context.assay or ASSAYS[0],
        "sample_name": None if row and row.membrane and not row.sample else sample_of(raw, context),
        "time_h": row.time_h if row else None,
        "stain": (row.marker or row.target) if row else None,
        "membrane": row.membrane if row else None,
    }
    if not (row and row.sample) and about["sample_name"] not in context.study.sample_ids | context.study.material_ids:
        about["sample_name"] = None  # a file's name is a guess: a picture of many cultures has no sample
    types = {"time_h": pl.Float64, "sample_name": pl.String, "stain": pl.String, "membrane": pl.String}
    frame = pl.DataFrame([about | found], schema_overrides=types)
    return Parsed({"core.images": frame})


PARSER = Parser(
    name="picture",
    version="1",
    product="a picture (TIFF, PNG, JPEG)",
    assays=ASSAYS,
    claims=claims,
    parse=parse,
)
