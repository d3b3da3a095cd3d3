"""Whether samples of RNA are who their labels say: the sex they show, and the donor they resemble."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from schemas.tables.sample_identity import SampleIdentity
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.donor_matches import LEAST_DONORS, donor_matches
from tasks.methods.expression_fits import included, sources
from tasks.methods.result_frames import result_frame
from tasks.methods.sample_sex import by_donor, declared_sex, observed_sex, sex_genes

COUNTS, FEATURES, OBJECTS = "core.feature_counts", "core.features", "core.raw_objects"
EXPRESSION, TABLE = "result.normalized_expression", "result.sample_identity"
METHOD = "deseq2"
NO_SEX = {"xist_cpm": None, "y_cpm": None, "y_genes": "", "observed_sex": None}
TUBE = "Check the tubes and the sample sheet; nothing was changed."

Row = dict[str, Any]


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per library; sex is looked for in the gene library."""
    files = slices[OBJECTS].select("object_id", "file_name", "parser")
    counted = included(study, slices[COUNTS], files)
    fits = slices[EXPRESSION].filter(pl.col("method") == METHOD)
    found = []
    for (library,), rows in counted.sort("library").group_by(["library"], maintain_order=True):
        mine = rows.select("sample_id", "object_id").unique().sort("sample_id")
        chosen, conflict = sources(
            mine, files, {str(k): v for k, v in study.config.expression.source.items()}.get(str(library))
        )
        if conflict and library == "gene":  # the others' counts are not read: samples are compared as the fit has them
            found.append(Part(str(library), skip=conflict))
            continue
        objects = dict(chosen.select("sample_id", "object_id").iter_rows())
        here = fits.filter(pl.col("library") == library)
        largest = here.group_by("fit").len().sort("len", "fit", descending=[True, False])["fit"].to_list()[:1]
        used = {s: o for s, o in objects.items() if library == "gene"}
        names = sex_genes(slices[FEATURES].filter(pl.col("library") == library))["feature_id"].to_list()
        where: dict[str, dict[str, tuple[Any, ...]]] = {
            COUNTS: {"library": (library,), "sample_id": tuple(used), "object_id": tuple(sorted(set(used.values())))},
            FEATURES: {"library": (library,), "feature_id": tuple(sorted(names))},
            EXPRESSION: {"library": (library,), "method": (METHOD,), "fit": tuple(largest)},
        }
        sexes = {d.donor: declared_sex(d.sex) for d in study.donors}
        about = {s.sample: s for s in study.samples if s.sample in objects}
        given = {
            "library": library,
            "objects": objects,
            "donors": {s: row.donor for s, row in about.items()},
            "conditions": {s: row.condition for s, row in about.items()},
            "sexes": {s: sexes.get(row.donor) for s, row in about.items()},
        }
        found.append(Part(str(library), where, given, tables=(COUNTS, FEATURES, EXPRESSION)))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Look at every sample; nothing is changed or left out for what is found."""
    given = part.parameters
    rows: dict[str, Row] = {
        s: {"library": given["library"], "sample_id": s, "donor_id": given["donors"][s]}
        | {"declared_sex": given["sexes"][s]} | NO_SEX
        for s in sorted(given["objects"])
    }  # fmt: skip
    source = pl.DataFrame({"sample_id": list(given["objects"]), "object_id": list(given["objects"].values())})
    counts = frames[COUNTS].join(source, on=["sample_id", "object_id"], how="semi")
    if counts.height:
        for row in observed_sex(counts, frames[FEATURES]).iter_rows(named=True):
            rows[row["sample_id"]] |= row
    compared = sorted(set(rows) & set(frames[EXPRESSION]["sample_id"]))
    pairs = _match(given, frames[EXPRESSION], rows)
    for row in rows.values():
        reasons = {
            "no_sex_genes": row["observed_sex"] is None and given["library"] == "gene",
            _unmatched(row["sample_id"], given, compared): row.get("own_donor_correlation") is None,
        }
        row["na_reason"] = ";".join(reason for reason, is_so in reasons.items() if is_so) or None
    found = list(rows.values())
    problems = (*_sexes(found), *_pairs(given, pairs))
    return Computed({TABLE: result_frame(found, SampleIdentity)}, problems)


def _unmatched(sample: str, given: Mapping[str, Any], compared: Sequence[str]) -> str:
    """Why a sample is not compared with its donor's others, of those ``compared``."""
    if sample not in compared:
        return "not_in_fit"
    if len({given["donors"][s] for s in compared} - {""}) < LEAST_DONORS:
        return "few_donors"
    return "one_condition" if len({given["conditions"][s] for s in compared}) == 1 else "donor_alone"


def _match(given: Mapping[str, Any], expression: pl.DataFrame, rows: Mapping[str, Row]) -> list[tuple[str, str]]:
    """Fill in whom each sample resembles; give the pairs whose labels look exchanged."""
    wide = expression.pivot("sample_id", index="feature_id", values="value").sort("feature_id")
    samples = [s for s in rows if s in wide.columns]
    if not samples:
        return []
    donors, conditions = ([given[kind][s] for s in samples] for kind in ("donors", "conditions"))
    values = wide.select(samples).to_numpy()
    found = donor_matches(np.asarray(values, dtype=np.float64), donors, conditions)
    hints: dict[str, list[str]] = {}
    for one, other in found.exchanged:
        hints.setdefault(samples[one], []).append(samples[other])
        hints.setdefault(samples[other], []).append(samples[one])
    for i, sample in enumerate(samples):
        own, best = (
            None if np.isnan(v[i]) else float(np.clip(v[i], -1, 1)) for v in (found.own, found.nearest_correlation)
        )
        rows[sample].update(
            own_donor_correlation=own, nearest_donor=found.nearest[i], nearest_donor_correlation=best,
            swap_hint=";".join(hints.get(sample, [])) or None,
        )  # fmt: skip
    return [(samples[one], samples[other]) for one, other in found.exchanged]


def _reads(row: Row) -> str:
    known = [(name, row[key]) for name, key in (("XIST", "xist_cpm"), ("Y genes", "y_cpm")) if row[key] is not None]
    return f"{row['sample_id']} ({', '.join(f'{name} {value:.1f}' for name, value in known)} reads per million)"


def _sexes(rows: Sequence[Row]) -> Iterable[Problem]:
    """Donors whose samples disagree among themselves or with donors.csv, and samples of both sexes."""
    by_sample = {row["sample_id"]: row for row in rows}
    seen = by_donor(rows)
    mixed = {donor for donor, sexes in seen.items() if len(sexes) > 1}
    for donor, sexes in seen.items():
        declared = next(row["declared_sex"] for row in rows if row["donor_id"] == donor)
        shown = "; ".join(f"{sex}: {', '.join(_reads(by_sample[s]) for s in sexes[sex])}" for sex in sorted(sexes))
        others = ", ".join(sorted(mixed - {donor}))
        if donor in mixed:
            also = f"; so do those of {others}, perhaps the other half of the exchange" if others else ""
            says = f" (donors.csv says {declared})" if declared else ""
            message = (
                f"samples of donor {donor}{says} look {' and '.join(sorted(sexes))}, {shown}{also}: labels swapped?"
            )
            yield warning("samples.csv", f"donor {donor}", "donor_of_both_sexes", message, TUBE, donor)
        elif declared and declared not in sexes:
            message = (
                f"donors.csv says that {donor} is {declared}, but its samples look otherwise, {shown}: labels swapped?"
            )
            remedy = "Check the sex in donors.csv, then tubes and sample sheet; nothing was changed."
            yield warning("donors.csv", f"donor {donor}", "sex_contradicts_donor", message, remedy, donor)
    for row in rows:
        if row["observed_sex"] == "both":
            message = f"{_reads(row)} shows genes of both sexes: cells of two donors mixed?"
            remedy = "Expected where cells of another donor were added; otherwise check the culture and the libraries."
            yield warning(
                "samples.csv", f"sample {row['sample_id']}", "both_sexes_in_sample", message, remedy, row["sample_id"]
            )


def _pairs(given: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> Iterable[Problem]:
    """One warning per two donors, naming every pair of samples that would explain it."""
    told: dict[tuple[str, str], list[str]] = {}
    for one, other in pairs:
        a, b = sorted((given["donors"][one], given["donors"][other]))
        told.setdefault((a, b), []).append(f"{one} and {other}")
    for (a, b), named in told.items():
        place = f"library {given['library']}, donors {a} and {b}"
        message = f"{', or '.join(named)} each resemble the other donor's samples: labels swapped?"
        yield warning("samples.csv", place, "donors_swapped", message, TUBE, named[0])


ANALYSIS = Analysis(
    name="sample_identity",
    reads={
        COUNTS: ("library", "sample_id", "object_id"),
        FEATURES: ("library", "feature_id"),
        OBJECTS: ("object_id", "file_name", "parser"),
        EXPRESSION: ("library", "method", "fit", "sample_id"),
    },
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy",),
)
