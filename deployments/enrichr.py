"""Gene sets that gseapy fetches by name from Enrichr."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from urllib.error import URLError
from urllib.request import urlopen

import polars as pl

from schemas.errors import TransientError, UserError

ORGANISMS = ("human", "mouse", "fly", "yeast", "worm", "fish")
_SERVER = "https://maayanlab.cloud/Enrichr/"
_PATIENCE_S = 10
_LICENCE = "as the source of the library says; not checked"


def library(name: str, organism: str) -> tuple[pl.DataFrame, dict[str, str]]:
    """Rows of set_id, set_name and symbol of one library of Enrichr, and what is known of it.

    Raises ``UserError`` for an organism or library that Enrichr has not, without gseapy, and offline.

    Kuleshov et al. 2016, doi:10.1093/nar/gkw377
    """
    if organism not in ORGANISMS:
        raise UserError(f"Enrichr has no organism {organism!r}: choose one of {', '.join(ORGANISMS)}.")
    try:
        import gseapy
        from requests import RequestException
    except ImportError:
        raise UserError("--library needs gseapy: `pip install gseapy==1.3.1`. GO itself needs no gseapy.") from None
    try:
        with urlopen(_SERVER, timeout=_PATIENCE_S):  # gseapy alone would try for half a minute
            pass
        names = gseapy.get_library_name(organism=organism)
        if name not in names:
            near = get_close_matches(name, names, 3, 0.4)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"{_SERVER}#libraries lists all."
            raise UserError(f"Enrichr has no library {name!r} for {organism}. {hint}")
        found = gseapy.get_library(name, organism=organism, max_size=10**9)
    except (URLError, TimeoutError, RequestException) as error:
        raise TransientError(
            f"{name} could not be fetched: {_SERVER} cannot be reached ({getattr(error, 'reason', error)}). --library "
            "needs the internet. Offline, name a GMT file in study.yaml, or leave --library out for GO of local files."
        ) from None
    return library_rows(found), {
        "version": f"{name} as of {datetime.now(UTC):%Y-%m-%d}",
        "licence": _LICENCE,
        "source": f"Enrichr ({organism}), library {name}, fetched by gseapy {gseapy.__version__}",
    }


def library_rows(found: dict[str, list[str]]) -> pl.DataFrame:
    """Rows of set_id, set_name and symbol, each once; the name of a set is its id."""
    schema: dict[str, pl.DataType] = {"set_id": pl.String(), "symbol": pl.List(pl.String())}
    rows = pl.DataFrame({"set_id": list(found), "symbol": list(found.values())}, schema=schema).explode("symbol")
    return rows.drop_nulls().unique().select("set_id", pl.col("set_id").alias("set_name"), "symbol")
