"""Methods text with citations, ready for a paper: what was really run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.method_citations import PAPERS
from tasks.methods.method_sentences import (
    bench_sentences,
    parameters_by_analysis,
    sequencing_sentences,
    software,
)
from tasks.methods.report_blocks import Block, Bullets, Heading, Link, Paragraph, Section, Text

RUNS, TESTS, EXPRESSION = "ops.analysis_runs", "result.group_tests", "result.differential_expression"
PAIRS = "result.pairwise_tests"
CITATION = re.compile(r"\[@(\w+)\]")


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Two paragraphs, the software, and the papers in the order of their citation."""
    runs = frames[RUNS]
    done = parameters_by_analysis(runs)
    methods = frames[EXPRESSION]["method"].unique().to_list()
    chapters = {
        "Bench assays and statistics": bench_sentences(study, done, frames[TESTS], frames[PAIRS]),
        "Sequencing": sequencing_sentences(study, done, methods),
    }
    cited: list[str] = []
    blocks: list[Block] = []
    for title, told in chapters.items():
        if text := " ".join(told):
            anchor = f"methods-{title.partition(' ')[0].lower()}"
            blocks += [Heading(title, anchor), Paragraph((numbered(text, cited),))]
    if not blocks:
        return []
    blocks.append(Paragraph((numbered(software(runs, version("benchlake")), cited),)))
    papers = tuple(_paper(place, key) for place, key in enumerate(cited, 1))
    return [*blocks, Heading("References", "references"), Bullets(papers)] if papers else blocks


def numbered(text: str, cited: list[str]) -> str:
    """The text with numbers for its papers, which are added to ``cited`` in the order of their first citation."""

    def place(found: re.Match[str]) -> str:
        if found[1] not in cited:
            cited.append(found[1])
        return f"[{cited.index(found[1]) + 1}]"

    return CITATION.sub(place, text)


def _paper(place: int, key: str) -> Text:
    paper = PAPERS[key]
    lead = f"[{place}] {paper.authors} ({paper.year}). {paper.title}. {paper.journal}. "
    return (lead, Link(f"doi:{paper.doi}", f"https://doi.org/{paper.doi}"))


SECTION = Section(
    name="methods",
    title="Methods",
    order=70,
    reads={
        RUNS: ("analysis", "part", "status", "parameters", "versions", "finished_at"),
        TESTS: ("method", "role", "assay"),
        PAIRS: ("role", "correction"),
        EXPRESSION: ("method",),
    },
    content=content,
)
