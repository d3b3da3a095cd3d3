"""Gene sets of Enrichr by name: gseapy knows its servers and lists its libraries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

import polars as pl

from schemas.errors import TransientError, UserError
from tasks.methods.problem_lists import several
from tasks.methods.report_words import counted

ORGANISMS = ("human", "mouse", "fly", "yeast", "worm", "fish")
SERVER = "https://maayanlab.cloud"
_PATIENCE_S, _DOWNLOAD_S = 10, 300
_LICENCE = "as the source of the library says; not checked"


@dataclass(frozen=True)
class Library:
    """``rows`` of set_id, set_name and symbol, each once; what is known of them; ``notes`` on lines that are no set."""

    rows: pl.DataFrame
    about: dict[str, str]
    notes: tuple[str, ...]


def library(name: str, organism: str, server: str = SERVER) -> Library:
    """One library of Enrichr; lines of the same name are one set.

    Raises ``UserError`` for an organism or library that Enrichr has not and without gseapy, ``TransientError`` offline
    and where the download fails or breaks off.

    Kuleshov et al. 2016, doi:10.1093/nar/gkw377
    """
    if organism not in ORGANISMS:
        raise UserError(f"Enrichr has no organism {organism!r}: choose one of {', '.join(ORGANISMS)}.")
    import requests

    try:
        import gseapy
        from gseapy.enrichr import EnrichrAPI
    except ImportError:
        raise UserError("--library needs gseapy: `pip install gseapy==1.3.1`. GO itself needs no gseapy.") from None
    client = EnrichrAPI(organism)
    instance = client.base_url.rpartition("/")[2]  # each organism has its own
    client.base_url = f"{server}/{instance}"
    try:
        requests.head(client.base_url, timeout=_PATIENCE_S)  # gseapy alone would try for half a minute
        names = client.get_libraries()
        found = _downloaded(client.base_url, name) if name in names else []
    except requests.RequestException as error:
        reason = "no connection" if isinstance(error, requests.ConnectionError | requests.Timeout) else error
        raise TransientError(
            f"{name} could not be fetched from {client.base_url} ({reason}). --library needs the internet. "
            "Offline, name a GMT file in study.yaml, or leave --library out for GO of local files."
        ) from None
    if name not in names:
        near = get_close_matches(name, names, 3, 0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"{client.base_url}/#libraries lists all."
        raise UserError(f"Enrichr has no library {name!r} for {organism}. {hint}")
    if not found:
        raise TransientError(f"{name} of {client.base_url} came without a gene set.")
    about = {
        "version": f"{name} as of {datetime.now(UTC):%Y-%m-%d}",
        "licence": _LICENCE,
        "source": f"{client.base_url} ({organism}), library {name}, listed by gseapy {gseapy.__version__}",
    }
    rows = library_rows(found)
    return Library(rows, about, _notes(found, rows))


def _downloaded(base_url: str, name: str) -> list[tuple[str, list[str]]]:
    """Set and genes of each line of a library's GMT, without their weights (``TP53,1.0``).

    Raises ``requests.RequestException`` where it does not come whole.
    """
    import requests

    asked = {"mode": "text", "libraryName": name}
    answer = requests.get(f"{base_url}/geneSetLibrary", params=asked, timeout=(_PATIENCE_S, _DOWNLOAD_S))
    answer.raise_for_status()
    answer.encoding = "utf-8"
    cells = [line.split("\t") for line in answer.text.split("\n") if "\t" in line.lstrip()]
    return [(row[0].strip(), [gene for cell in row[2:] if (gene := cell.split(",")[0].strip())]) for row in cells]


def library_rows(found: Sequence[tuple[str, Sequence[str]]]) -> pl.DataFrame:
    """Rows of set_id, set_name and symbol, each once; the name of a set is its id."""
    schema: dict[str, pl.DataType] = {"set_id": pl.String(), "symbol": pl.List(pl.String())}
    rows = pl.DataFrame([(name, list(genes)) for name, genes in found], schema=schema, orient="row").explode("symbol")
    return rows.drop_nulls().unique().select("set_id", pl.col("set_id").alias("set_name"), "symbol")


def _notes(found: Sequence[tuple[str, Sequence[str]]], rows: pl.DataFrame) -> tuple[str, ...]:
    """What is said of names that stand more than once and of sets that have no gene."""
    counts = Counter(name for name, _ in found)
    twice = [name for name, count in counts.items() if count > 1]
    known = set(rows["set_id"])
    empty = [name for name in counts if name not in known]
    notes = []
    if twice:
        stand = counted(len(twice), "set stands", "sets stand")
        notes.append(f"{stand} more than once: their genes are taken together ({several(twice)})")
    if empty:
        notes.append(f"left out: {counted(len(empty), 'set')} without a gene ({several(empty)})")
    return tuple(notes)
