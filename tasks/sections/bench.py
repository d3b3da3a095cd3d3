"""Every bench assay: figures, groups, pairs, and the readings that they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from schemas.study_yaml import StudyYaml
from tasks.methods.bench_families import (
    FAMILY,
    MEASUREMENTS,
    PAIRS,
    QUALITY_ASSAYS,
    READS,
    SUMMARIES,
    TESTS,
    assays,
    labels,
)
from tasks.methods.exclusion_sentences import (
    PRIMARY,
    WITH,
    course_exclusion_sentences,
    exclusion_sentences,
    rescue_exclusion_sentence,
)
from tasks.methods.put_back import left_out_of
from tasks.methods.report_blocks import Block, Bullets, Cell, Grid, Heading, Paragraph, Section, pictures
from tasks.methods.report_tables import Shown, grid, heading, labelled, slug, without_bookkeeping, words
from tasks.methods.report_traces import TABLES, family_anchor, readings_grid
from tasks.methods.report_words import METHODS, assay_title, hours, quantity

FIGURES, RESCUE, TIME_COURSES = "result.figures", "result.rescue", "result.time_course_tests"
EXCLUSIONS = "core.exclusions"
QUANTITY, WELLS = "_quantity", "_wells"
PAIR_COLUMNS = {
    QUANTITY: "quantity",
    "time_h": "time (h)",
    "group_a": "a",
    "group_b": "b",
    "mean_difference": "b − a",
    "ratio": "ratio b / a",
    "ci_low": "CI from",
    "ci_high": "CI to",
    "padj": "p adjusted",
    "stars": "stars",
    "is_confirmatory": "time is",
    WELLS: "readings",
    "n_a": "n (a)",
    "n_b": "n (b)",
    "pvalue": "p",
    "effect_size": "effect size",
    "effect_name": "which",
    "scale": "scale",
    "method": "test",
    "correction": "correction",
    "cannot_reach_alpha": "cannot reach alpha",
    "put_back": "put back",
    "na_reason": "why empty",
}
PAIR_NOTE = (
    "p adjusted and CI are corrected within the family (one quantity at one time); on the log2 scale b − a and CI are "
    "log2 ratios. ns, *, **, ***, ****: adjusted p of 0.05 or more, below 0.05, 0.01, 0.001, 0.0001."
)
PAIRS_OF = {
    "pairs": "Which pairs differ?",
    "put-back": "Which pairs differ, with what exclusions.csv leaves out put back",
    "beside": "Which pairs differ, by the tests beside the primary one",
}
LEFT_TO_SQL = (  # of rescue and time courses; what is put back, and what then has no value, stands in sentences above
    *("df", "n_unit", "confidence_set", "condition_count", "time_count", "mauchly_w", "epsilon_hf", "pvalue_hf"),
    *("put_back", "na_reason_including_excluded"),
)
ONLY_IF_SO = pl.when("cannot_reach_alpha").then(pl.lit(value=True)).alias("cannot_reach_alpha")
BESIDE_POINT = (WELLS, "effect_size", "effect_name", "scale")  # of put-back pairs; stars lead to readings
MANY = 2  # rows of which what is common is said once
REST = "All rows: benchlake sql, or the exports."


def content(study: StudyYaml, frames: Mapping[str, pl.DataFrame]) -> Sequence[Block]:
    """One heading per assay that was measured; figures that belong to no assay come last."""
    figures = frames[FIGURES]
    blocks: list[Block] = []
    compared = set(frames[PAIRS]["assay"])
    known = [a for a in assays(frames[MEASUREMENTS]) if a not in QUALITY_ASSAYS or a in compared]
    for assay in known:
        blocks.append(Heading(assay_title(assay), slug(assay)))
        blocks += pictures(figures.filter(assay=assay))
        blocks += _tables(study, frames, assay)
    for assay in assays(figures.drop_nulls("assay").filter(~pl.col("assay").is_in(known))):
        blocks += [Heading(assay_title(assay), slug(assay)), *pictures(figures.filter(assay=assay))]
    others = figures.filter(pl.col("assay").is_null())
    if others.height:
        blocks += [Heading("Further figures", "further-figures"), *pictures(others)]
    return blocks


def _tables(study: StudyYaml, frames: Mapping[str, pl.DataFrame], assay: str) -> list[Block]:
    here = {name: frame.filter(assay=assay) for name, frame in frames.items() if _is_of_assays(name, frame)}
    blocks: list[Block] = []
    if not here[PAIRS].height:
        why = "No groups of this assay were compared: see comparisons.csv, and the warnings."
        blocks.append(Paragraph((why,), "note"))
    for (comparison,), pairs in here[PAIRS].group_by("comparison_id", maintain_order=True):
        blocks.append(Heading(f"Comparison {comparison}", slug(assay, comparison), 4))
        rows = {
            name: frame.filter(comparison_id=comparison) for name, frame in here.items() if name in (SUMMARIES, TESTS)
        }
        about = (assay, str(comparison))
        is_primary, is_with = pl.col("role") == PRIMARY, pl.col("role") == WITH
        blocks.append(_pairs(study, pairs.filter(is_primary), about))
        if told := exclusion_sentences(pairs, labels(study), study.statistics.alpha):
            blocks.append(Bullets(tuple((text,) for text in told)))
            blocks.append(_pairs(study, pairs.filter(is_with), about, kind="put-back"))
        blocks += [_groups(study, rows[SUMMARIES], about)]
        blocks.append(_omnibus(rows[TESTS], about))
        if pairs.filter(~is_primary & ~is_with).height:
            blocks.append(_pairs(study, pairs.filter(~is_primary & ~is_with), about, kind="beside"))
    blocks += _optional(study, here, assay)
    return [*blocks, *_readings(study, frames, here[MEASUREMENTS])]


def _is_of_assays(name: str, frame: pl.DataFrame) -> bool:
    return name != FIGURES and name.startswith("result.") and "assay" in frame.columns


def _quantities(rows: pl.DataFrame) -> pl.DataFrame:
    """With the quantity in words and the anchor of its readings."""
    families = [{"time_h": None} | row for row in rows.iter_rows(named=True)]
    return rows.with_columns(
        pl.Series(QUANTITY, [quantity(r) for r in families], pl.String),
        pl.Series(WELLS, [family_anchor(r) for r in families], pl.String),
    )


def _groups(study: StudyYaml, rows: pl.DataFrame, about: tuple[str, str]) -> Grid:
    known = labels(study)
    columns = {
        QUANTITY: "quantity",
        "time_h": "time (h)",
        "condition": "condition",
        "n": "n",
        "n_unit": "n counts",
        "mean": "mean",
        "sd": "SD",
        "geometric_mean": "geometric mean",
        "median": "median",
        "scale": "scale",
        "excluded_count": "excluded",
        "na_reason": "why empty",
    }
    shown = {"condition": labelled(known)}
    place = {condition: order for order, condition in enumerate(known)}
    ordered = rows.with_columns(_place=pl.col("condition").replace_strict(place, default=len(place))).sort(
        "measure", "target", "time_h", "_place"
    )
    return grid(_quantities(ordered), f"Groups of {about[1]}", slug("groups", *about), columns, shown=shown, rest=REST)


def _omnibus(rows: pl.DataFrame, about: tuple[str, str]) -> Grid:
    columns = {
        QUANTITY: "quantity",
        "time_h": "time (h)",
        "term": "of",
        "method": "test",
        "role": "role",
        "scale": "scale",
        "n": "n",
        "statistic": "statistic",
        "df1": "df 1",
        "df2": "df 2",
        "pvalue": "p",
        "effect_size": "effect size",
        "effect_name": "which",
        "cannot_reach_alpha": "cannot reach alpha",
        "design_note": "design",
        "na_reason": "why empty",
    }
    shown = dict.fromkeys(("role", "effect_name", "na_reason"), words) | {"method": labelled(METHODS)}
    ordered = _quantities(rows.sort("measure", "target", "time_h", "role")).with_columns(ONLY_IF_SO)
    caption = f"{about[1]}: do the groups differ at all?"
    return grid(ordered, caption, slug("tests", *about), columns, shown=shown, rest=REST, folded=True)


def _pairs(study: StudyYaml, rows: pl.DataFrame, about: tuple[str, str], *, kind: str = "pairs") -> Grid:
    """Pairs of a comparison; every row leads to its readings."""
    known = labels(study)
    label = {"group_a": labelled(known), "group_b": labelled(known)}
    shown = label | {
        "method": labelled(METHODS),
        "na_reason": words,
        "effect_name": words,
        "correction": labelled(METHODS),
        "is_confirmatory": lambda is_it: Cell("" if is_it is None else "confirmatory" if is_it else "exploratory"),
        WELLS: lambda _: Cell("readings"),
    }
    places = {condition: order for order, condition in enumerate(known)}
    ordered = [pl.col(group).replace_strict(places, default=len(places)) for group in ("group_a", "group_b")]
    named = _quantities(rows.sort("measure", "target", "time_h", *ordered)).with_columns(ONLY_IF_SO)
    return grid(
        named,
        f"{about[1]}: {PAIRS_OF[kind]}",
        slug(kind, *about),
        {c: h for c, h in PAIR_COLUMNS.items() if kind != "put-back" or c not in BESIDE_POINT},
        shown=shown,
        note=PAIR_NOTE,
        rest=REST,
        links={"stars": WELLS, WELLS: WELLS},
        folded=kind != "pairs",
    )


def _optional(study: StudyYaml, here: Mapping[str, pl.DataFrame], assay: str) -> list[Block]:
    """Rescue and time courses, where this version computes them."""
    known = labels(study)
    captions = {
        RESCUE: "Rescue: (treatment − disease) / (control − disease), with Fieller's interval",
        TIME_COURSES: "Tests over the whole time course",
    }
    shown = dict.fromkeys(("control", "disease", "treatment"), labelled(known))
    shown |= dict.fromkeys(("method", "role", "na_reason", "confidence_set"), words)
    found: list[Block] = []
    for name, caption in captions.items():
        if name in here and here[name].height:
            rows = here[name]
            told = _rescue_exclusions(rows, study) if name == RESCUE else course_exclusion_sentences(rows)
            found += [Bullets(tuple((text,) for text in told))] if told else []
            plain = without_bookkeeping(_quantities(rows).drop("assay", "measure", "target", "design_note", WELLS))
            named, same = _said_once(plain.select(QUANTITY, pl.exclude(QUANTITY, *LEFT_TO_SQL)), shown)
            columns = {c: "quantity" if c == QUANTITY else heading(c) for c in named.columns}
            anchor = slug(name.partition(".")[2], assay)
            found.append(grid(named, caption, anchor, columns, shown=shown, rest=REST, note=same))
    return found


def _said_once(rows: pl.DataFrame, shown: Mapping[str, Shown]) -> tuple[pl.DataFrame, str]:
    """Without the words that are the same in every row, which a note says."""
    if rows.height < MANY:
        return rows, ""
    texts = [c for c, t in rows.schema.items() if t == pl.String and c not in (QUANTITY, "na_reason", "treatment")]
    same = [c for c in texts if rows[c].null_count() == 0 and rows[c].n_unique() == 1]
    said = (f"{heading(c)} {(shown[c](rows[c][0]) if c in shown else Cell(rows[c][0])).text}" for c in same)
    return rows.drop(same), f"In every row: {'; '.join(said)}." if same else ""


def _rescue_exclusions(rows: pl.DataFrame, study: StudyYaml) -> list[str]:
    """What rescue is with exclusions put back, a sentence per family of which something is left out."""
    keys = ["comparison_id", *FAMILY]
    told = []
    for family in rows.filter(pl.col("put_back").is_not_null()).partition_by(keys, maintain_order=True):
        row = family.row(0, named=True)
        said = rescue_exclusion_sentence(family.to_dicts(), labels(study), study.statistics.alpha)
        told.append(f"Rescue of {quantity(row)}{hours(row['time_h'])}, comparison {row['comparison_id']}: {said}")
    return told


def _readings(study: StudyYaml, frames: Mapping[str, pl.DataFrame], measurements: pl.DataFrame) -> list[Block]:
    """The readings behind every family, once each."""
    found: dict[str, Block] = {}
    left = left_out_of(frames[EXCLUSIONS], frames["core.raw_objects"])
    for row in measurements.select(FAMILY).unique().sort(FAMILY).iter_rows(named=True):
        anchor = family_anchor(row)
        if anchor not in found:
            made = readings_grid(row, frames, study.qpcr.reference_targets, labels(study), left)
            if made is not None:
                found[anchor] = made
    return list(found.values())


SECTION = Section(
    name="bench",
    title="Bench assays",
    order=30,
    reads={
        **READS,
        **TABLES,
        "core.samples": (),
        EXCLUSIONS: (),
        "core.raw_objects": ("object_id", "file_name", "status"),
        RESCUE: (),
        TIME_COURSES: (),
    },
    content=content,
    figure_tables=(MEASUREMENTS, PAIRS),
)
