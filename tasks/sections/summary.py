"""What was found, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.bench_families import (
    PAIRS,
    QUALITY_ASSAYS,
    READS,
    Family,
    assays,
    broadest,
    families,
    labels,
    primary_times,
    turning_points,
)
from tasks.methods.bench_sentences import (
    found_sentence,
    is_significant,
    nothing_sentence,
    rescue_sentences,
    short_sentence,
    untested_sentence,
)
from tasks.methods.enrichment_sentences import enrichment_sentences
from tasks.methods.exclusion_sentences import exclusions_summary, rescue_exclusion_sentence
from tasks.methods.expression_sentences import contrast_sentences
from tasks.methods.network_sentences import NODES, TRIPLETS, network_sentences
from tasks.methods.network_sentences import PAIRS as CERNA_PAIRS
from tasks.methods.put_back import left_out_of
from tasks.methods.pvalue_text import pvalue_phrase
from tasks.methods.reason_words import reason_words
from tasks.methods.report_blocks import Block, Bullets, Heading, Link, Paragraph, Section, Strong, Text
from tasks.methods.report_tables import slug
from tasks.methods.report_words import assay_title, capital, counted, hours, quantity, spoken

CHECKS, FILES, PROBLEMS = "result.expectation_checks", "core.raw_objects", "ops.validation_results"
EXCLUSIONS = "core.exclusions"
EXPRESSION, POWER, CONTRASTS = "result.differential_expression", "result.expression_power", "core.contrasts"
TERMS, RUNS = "result.enrichment", "ops.analysis_runs"
WHOLE = "percent_apoptotic"  # stands for its shares, which the section of the assay shows
SHARES = ("percent_early_apoptotic", "percent_late_apoptotic", "percent_live", "percent_necrotic")
RESCUE = "result.rescue"
VERDICTS = {
    "met": "as expected",
    "unclear": "the other way, but not clearly",
    "contradicted": "the other way: labels swapped?",
    "not_measured": "not measured",
}


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """Bench results at the confirmatory time, expectations, contrasts, and what wants attention."""
    told = {assay: list(families(study, frames, pairs)) for assay, pairs in _primary(study, frames)}
    rescued = frames.get(RESCUE, pl.DataFrame())
    short, sequencing = _short(study, told), _sequencing(study, frames)
    if not short and not sequencing:
        short = [Paragraph(("No result yet: no assay of the study has groups that could be compared.",), "note")]
    return [
        *short,
        *_attention(frames),
        *_excluded(study, frames),
        *_expectations(study, frames),
        *_bench(study, told, rescued),
        *sequencing,
    ]


def _attention(frames: Mapping[str, pl.DataFrame]) -> list[Block]:
    held = frames[FILES].filter(status="quarantined").height
    problems = frames[PROBLEMS].height
    last = frames[RUNS].sort("finished_at").group_by("analysis", "part").last()
    failed = last.filter(status="failed").height
    said = f"{counted(failed, 'computation')} failed; what stands here of the same kind is of an earlier run, if any: "
    broken: Text = (said, Link("what could not be computed", "#not-computed"), ".")
    lost: list[Block] = [Paragraph(broken, "bad")] if failed else []
    if not held and not problems:
        return lost or [Paragraph(("Every file was read, and nothing was found to look at.",), "good")]
    told = [counted(held, "file is in quarantine", "files are in quarantine")] if held else []
    told += [counted(problems, "message to look at", "messages to look at")] if problems else []
    text: Text = (f"{' and '.join(told)}: ", Link("warnings and quarantine", "#problems"), ".")
    return [*lost, Paragraph(text, "bad" if held else "note")]


def _excluded(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> list[Block]:
    """What is left out, and whether anything that was found hangs on it."""
    is_partial = frames[PROBLEMS].filter(rule="not_shown_with_excluded").height > 0
    left = left_out_of(frames[EXCLUSIONS], frames[FILES])
    said = exclusions_summary(left, frames[PAIRS], study.statistics.alpha, is_partial=is_partial)
    return [Paragraph((said,), "note")] if said else []


def _expectations(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> list[Block]:
    rows = frames[CHECKS].sort("target", "condition", "assay", "time_h")
    if not rows.height:
        return []
    known = labels(study)
    items: list[Text] = []
    for row in rows.iter_rows(named=True):
        where = f" by {assay_title(row['assay'])}" if row["assay"] else ""
        wanted = f"{row['target']} {'higher' if row['direction'] == 'up' else 'lower'}"
        who = f"in {known.get(row['condition'], row['condition'])} than in {known.get(row['against'], row['against'])}"
        test = "paired t-test" if row["is_paired"] else "Welch's t-test"
        told = f"{pvalue_phrase(row['pvalue'])}, {test}, not corrected"
        evidence = f" ({told})" if row["pvalue"] is not None else ""
        donors = f" Donors clearly the other way: {row['contradicting_donors']}." if row["contradicting_donors"] else ""
        why = f" ({reason_words(row['na_reason'])})" if row["na_reason"] else ""
        verdict = VERDICTS.get(row["verdict"], spoken(row["verdict"]))
        items.append((f"Expected {wanted} {who}{where}: ", Strong(verdict), f"{evidence}{why}.{donors}"))
    return [Heading("What the lab expected", "expectations"), Bullets(tuple(items))]


def _primary(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Primary pairs at the confirmatory time by assay, of one comparison a quantity."""
    pairs = frames[PAIRS].filter(pl.col("role") == "primary", ~pl.col("assay").is_in(QUALITY_ASSAYS))
    if pairs.filter(measure=WHOLE).height:
        pairs = pairs.filter(~pl.col("measure").is_in(SHARES))
    if not pairs.height:
        return
    chosen = broadest(primary_times(study, pairs))
    for assay in assays(chosen):
        yield assay, chosen.filter(assay=assay)


def _names(told: Mapping[str, Sequence[Family]]) -> dict[int, str]:
    """What each family is about; with its experiment where there are several."""
    known = [f for found in told.values() for f in found]
    has_several = len({f.row["experiment"] for f in known}) > 1
    return {
        id(f): capital(f"{quantity(f.row)}{hours(f.row['time_h'])}")
        + (f" (experiment {f.row['experiment']})" if has_several else "")
        for f in known
    }


def _short(study: StudyYaml, told: Mapping[str, Sequence[Family]]) -> list[Block]:
    names = _names(told)
    items: list[Text] = [
        (Strong(f"{names[id(f)]}: "), short_sentence(turning_points(study, f.pairs), f.setting))
        for found in told.values()
        for f in found
    ]
    return [Heading("In short", "in-short"), Bullets(tuple(items))] if items else []


def _bench(study: StudyYaml, told: Mapping[str, Sequence[Family]], rescued: pl.DataFrame) -> list[Block]:
    found: list[Block] = []
    names = _names(told)
    for assay, known in told.items():
        found.append(Heading(assay_title(assay), slug("summary", assay)))
        for family in known:
            size = max(len(family.pairs), 1)
            about = f", comparison {family.comparison_id}: {counted(size, 'pair')} corrected together"
            found.append(Paragraph((Strong(names[id(family)]), about)))
            found.append(Bullets(tuple((text,) for text in _told(study, family, rescued))))
        found.append(Paragraph(("All pairs, groups and readings: ", Link(assay_title(assay), f"#{slug(assay)}"), ".")))
    return found


def _told(study: StudyYaml, family: Family, rescued: pl.DataFrame) -> list[str]:
    """All that one quantity shows: what was found, what was not, what could not be tested, what was undone."""
    pairs, setting = turning_points(study, family.pairs), family.setting
    tested = [p for p in pairs if p["padj"] is not None]
    undone = _rows_of(family, rescued)
    sentences = [
        *(found_sentence(p, setting) for p in tested if is_significant(p, setting.alpha)),
        nothing_sentence([p for p in tested if not is_significant(p, setting.alpha)], setting),
        untested_sentence([p for p in pairs if p["padj"] is None], setting.labels),
        *rescue_sentences(undone, setting),
        rescue_exclusion_sentence(undone, setting.labels, setting.alpha),
    ]
    return [s for s in sentences if s]


def _rows_of(family: Family, rescued: pl.DataFrame) -> list[dict[str, Any]]:
    if not rescued.height:
        return []
    about = {"comparison_id": family.comparison_id, **family.row}
    here = rescued.filter(*(pl.col(name).eq_missing(pl.lit(value)) for name, value in about.items()))
    return list(here.iter_rows(named=True))


def _sequencing(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> list[Block]:
    items = contrast_sentences(study, frames[EXPRESSION], frames[POWER], frames[CONTRASTS])
    told = [
        ("Expression", "expression", items),
        ("ceRNA networks", "networks", network_sentences(study, frames, _done(frames[RUNS], "cerna_triplets"))),
        ("Enrichment", "enrichment", _enrichment(study, frames)),
    ]
    blocks: list[Block] = []
    for title, section, found in told:
        if found:
            blocks += [Heading(title, slug("summary", section)), Bullets(tuple(found))]
            blocks.append(Paragraph(("All of it: ", Link(title, f"#{section}"), ".")))
    return blocks


def _enrichment(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> list[Text]:
    done = _done(frames[RUNS], "enrichment")
    return enrichment_sentences(study, frames[TERMS], frames[CONTRASTS], done)


def _done(runs: pl.DataFrame, analysis: str) -> set[str]:
    """Parts of an analysis whose last attempt succeeded."""
    last = runs.filter(analysis=analysis).sort("finished_at").group_by("part").last()
    return set(last.filter(status="done")["part"])


SECTION = Section(
    name="summary",
    title="Summary",
    order=10,
    reads={
        **READS,
        CHECKS: (),
        RESCUE: (),
        EXCLUSIONS: (),
        FILES: ("file_name", "status", "object_id"),
        PROBLEMS: ("rule",),
        EXPRESSION: ("contrast_id", "library", "rna_class", "method", "symbol", "feature_id", "padj", "direction"),
        POWER: (),
        CONTRASTS: (),
        NODES: (),
        CERNA_PAIRS: (),
        TRIPLETS: (),
        TERMS: (),
        RUNS: ("analysis", "part", "status", "finished_at"),
    },
    content=content,
)
