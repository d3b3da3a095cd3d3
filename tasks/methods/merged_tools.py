"""CircRNAs of several tools that looked at the same samples, merged by their coordinates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tasks.methods.count_matrices import CountMatrix, Finding

MERGED = "merged"  # what expression.source says
MIN_TOOLS = 2

Tools = Mapping[str, Mapping[str, str]]  # tool -> sample -> object


def tools_of(slices: pl.DataFrame, files: pl.DataFrame) -> tuple[Tools, str | None]:
    """Tools (parsers) that counted every sample of a library, each with its object by sample; or why they cannot merge.

    ``slices``: distinct ``sample_id, object_id``; ``files``: ``object_id, file_name, parser``. A tool that lacks some
    samples takes no part: its circRNAs would seem absent there.
    """
    named = slices.join(files.unique("object_id"), on="object_id").sort("parser", "sample_id", "file_name")
    every = slices["sample_id"].n_unique()
    twice = named.filter(pl.struct("sample_id", "parser").is_duplicated())
    if twice.height:
        sample, tool = twice.row(0, named=True)["sample_id"], twice.row(0, named=True)["parser"]
        listed = ", ".join(twice.filter(sample_id=sample, parser=tool)["file_name"].to_list())
        return {}, f"{sample} has several files of {tool} ({listed}); keep one, so that tools can be merged"
    found = {
        str(tool): dict(rows.select("sample_id", "object_id").iter_rows())
        for (tool,), rows in named.group_by("parser", maintain_order=True)
    }
    whole = {tool: objects for tool, objects in found.items() if len(objects) == every}
    if len(whole) >= MIN_TOOLS:
        return whole, None
    counted = ", ".join(f"{tool} {len(objects)}" for tool, objects in found.items())
    return {}, (
        f"expression.source says merged, but fewer than {MIN_TOOLS} tools counted all {every} samples ({counted}); "
        "give the missing files, or name one tool as the source"
    )


def merged(matrices: Mapping[str, CountMatrix]) -> tuple[CountMatrix, Finding]:
    """CircRNAs that two tools or more found in any of the samples, counted by one of them; what was done.

    ``matrices`` by tool have the same samples. A tool finds a circRNA where it counts a read. The counts in all
    samples are those of the tool with the highest mean over the samples, of equal ones the first by name: tools
    differ in sensitivity, and mixing them within a row would be taken for a difference of samples (mergeBSJunctions
    of circRNAprofiler, Aufiero et al. 2020, doi:10.1186/s12859-020-3500-3; nf-core/circrna asks for a number of tools
    likewise, Digby et al. 2023, doi:10.1186/s12859-022-05125-8). Positions must be equal to the base.
    """
    tools = sorted(matrices)
    features = tuple(sorted({f for m in matrices.values() for f in m.features}))
    samples = matrices[tools[0]].samples
    position = {feature: i for i, feature in enumerate(features)}
    counts = np.zeros((len(tools), len(features), len(samples)))
    for i, tool in enumerate(tools):
        counts[i, [position[f] for f in matrices[tool].features]] = np.nan_to_num(matrices[tool].counts)
    shared = np.flatnonzero(counts.any(axis=2).sum(axis=0) >= MIN_TOOLS)
    best = counts.mean(axis=2).argmax(axis=0)
    doubled = tuple(dict.fromkeys(name for tool in tools for name in matrices[tool].doubled))
    whole = CountMatrix(tuple(features[i] for i in shared), samples, counts[best[shared], shared], doubled)
    message = (
        f"{len(shared)} of {len(features)} circRNAs were found by {MIN_TOOLS} of the tools {', '.join(tools)} or more; "
        "each is counted by the tool that finds most of it, the others are left out"
    )
    return whole, Finding("tools_merged", message)
