"""Networks of a study as files that other programs read, in the study's folder of exports."""

from __future__ import annotations

import shutil
from logging import getLogger
from pathlib import Path
from urllib.parse import quote

import polars as pl

from tasks.methods.cerna_exports import cytoscape_json, edge_table, graphml
from tasks.methods.cerna_network import NODES, network_edges, projection
from warehouse.store import Warehouse
from warehouse.swap import swap_folder

log = getLogger(__name__)
TABLES = ("result.cerna_triplets", "result.cerna_nodes")


def folder(study_id: str, home: Path) -> Path:
    """Where people find a study's exports."""
    return home / "studies" / study_id / "exports"


def network_files(contrast: str, triplets: pl.DataFrame, nodes: pl.DataFrame) -> dict[str, bytes]:
    """Files of one contrast's network by name: GraphML, Cytoscape JSON, table of its edges, and without miRNAs."""
    stem = f"cerna_network_{quote(contrast, safe=' ')}"
    known, edges = nodes.select(*NODES), network_edges(triplets)
    return {
        f"{stem}.graphml": graphml(known, edges),
        f"{stem}.cyjs": cytoscape_json(known, edges, contrast),
        f"{stem}_edges.tsv": edge_table(known, edges),
        f"{stem}_pairs.tsv": projection(triplets).write_csv(separator="\t").encode(),
    }


def show(study_id: str, warehouse: Warehouse) -> int:
    """Put the networks of every contrast into the study's folder, which is swapped whole; give the number of files."""
    with warehouse.open(f"exports of {study_id}") as session:
        triplets, nodes = (session.read(table, {"study_id": [study_id]}) for table in TABLES)
    files: dict[str, bytes] = {}
    for contrast in nodes["contrast_id"].unique().sort():
        files |= network_files(contrast, *(f.filter(contrast_id=contrast) for f in (triplets, nodes)))
    target = folder(study_id, warehouse.home)
    if not files and not target.exists():
        return 0
    draft = warehouse.home / "work" / f"exports.{study_id}.draft"
    shutil.rmtree(draft, ignore_errors=True)  # of a night that was killed
    draft.mkdir(parents=True)
    for name, data in files.items():
        (draft / name).write_bytes(data)
    swap_folder(draft, target)
    log.info("exports of %s shown: %d", study_id, len(files))
    return len(files)
