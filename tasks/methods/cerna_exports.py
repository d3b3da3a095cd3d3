"""A ceRNA network as files that other programs read: GraphML, Cytoscape JSON, edge table."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import polars as pl

_TYPES = {pl.String: "string", pl.Float64: "double", pl.Int64: "long", pl.Boolean: "boolean"}
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"


def edge_table(nodes: pl.DataFrame, edges: pl.DataFrame) -> bytes:
    """Tab-separated, one edge a line, symbols beside ids; ``nodes`` and ``edges`` as ``cerna_network`` gives them."""
    names = nodes.select("feature_id", pl.coalesce("symbol", "feature_id").alias("symbol"))
    return (
        edges.join(names, left_on="first", right_on="feature_id", how="left", maintain_order="left")
        .join(names, left_on="second", right_on="feature_id", how="left", suffix="_second", maintain_order="left")
        .rename({"symbol": "first_symbol", "symbol_second": "second_symbol"})
        .select("first", "second", "first_symbol", "second_symbol", *_rest(edges))
        .write_csv(separator="\t")
        .encode()
    )


def graphml(nodes: pl.DataFrame, edges: pl.DataFrame) -> bytes:
    """GraphML with every column as a typed attribute; nulls are left out.

    Brandes et al. 2002, doi:10.1007/3-540-45848-4_59
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<graphml xmlns="{_GRAPHML}">']
    for kind, frame in (("node", nodes.drop("feature_id")), ("edge", edges.select(_rest(edges)))):
        for name, dtype in frame.schema.items():
            what = _TYPES[type(dtype)]
            lines.append(f'  <key id="{kind}_{name}" for="{kind}" attr.name="{name}" attr.type="{what}"/>')
    lines.append('  <graph edgedefault="undirected">')
    lines += [
        f"    <node id={quoteattr(row.pop('feature_id'))}>{_data('node', row)}</node>"
        for row in nodes.iter_rows(named=True)
    ]
    for row in edges.iter_rows(named=True):
        ends = f"source={quoteattr(row.pop('first'))} target={quoteattr(row.pop('second'))}"
        lines.append(f"    <edge {ends}>{_data('edge', row)}</edge>")
    return "\n".join([*lines, "  </graph>", "</graphml>", ""]).encode()


def _data(kind: str, row: dict[str, Any]) -> str:
    values = ((name, value) for name, value in row.items() if value is not None)
    return "".join(f'<data key="{kind}_{name}">{escape(_text(value))}</data>' for name, value in values)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def cytoscape_json(nodes: pl.DataFrame, edges: pl.DataFrame, name: str) -> bytes:
    """Cytoscape.js JSON (.cyjs), which Cytoscape imports with all attributes."""
    elements = {
        "nodes": [
            {"data": {"id": row.pop("feature_id"), "name": row["symbol"], **row}} for row in nodes.iter_rows(named=True)
        ],
        "edges": [
            {
                "data": {
                    "id": f"{row['first']} ({row['kind']}) {row['second']}",
                    "source": row.pop("first"),
                    "target": row.pop("second"),
                    "interaction": row["kind"],
                    **row,
                }
            }
            for row in edges.iter_rows(named=True)
        ],
    }
    for node in elements["nodes"]:
        node["data"]["name"] = node["data"]["name"] or node["data"]["id"]
    document = {"format_version": "1.0", "data": {"name": name}, "elements": elements}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _rest(edges: pl.DataFrame) -> list[str]:
    return [column for column in edges.columns if column not in ("first", "second")]
