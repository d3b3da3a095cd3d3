"""Parts of study.yaml about conditions, schedule and bench assays."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from schemas.sheet_model import SheetModel

Omnibus = Literal[
    "one_way_anova", "randomised_block_anova", "welch_anova", "two_way_anova", "kruskal_wallis", "friedman"
]

PostHoc = Literal["bonferroni", "holm", "tukey", "dunnett", "games_howell", "dunn", "none"]

TwoGroups = Literal["auto", "student_t", "welch_t", "paired_t", "mann_whitney", "wilcoxon_signed_rank"]


class Schedule(SheetModel):
    """When the nightly run starts."""

    cron: str = Field(default="0 2 * * *", description="Cron expression.")
    timezone: str = Field(default="UTC", description="IANA time zone of the cron expression.")


class Condition(SheetModel):
    """A treatment; the order in study.yaml is the display order, the first is the reference."""

    id: Annotated[str, Field(min_length=1, description="Id used in samples.csv.")]
    label: str = Field(default="", description="Label in figures; the id where empty.")
    factors: dict[str, float | str | bool] = Field(default_factory=dict, description="Dose by factor.")
    culture: str = Field(default="", description="Culture in words.")


class Expectation(SheetModel):
    """What the lab knows must happen; contradicted, it asks whether labels were swapped."""

    target: str
    condition: str
    against: str
    direction: Literal["up", "down"]


class Qpcr(SheetModel):
    """Relative expression by qPCR."""

    reference_targets: list[str] = Field(default=["GAPDH"], min_length=1, description="Reference genes.")
    calibrator: str | None = Field(default=None, description="Condition; the first where empty.")
    method: Literal["ddcq", "pfaffl"] = Field(default="ddcq", description="2^-ΔΔCq or efficiency-corrected.")
    plate_size: Literal[96, 384] | None = Field(default=None, description="Wells; from the file, else 96.")


class RescuePair(SheetModel):
    """The two conditions that a rescue is measured between."""

    control: str | None = None
    disease: str | None = None


_OTHER_NAMES = {
    "anova": "one_way_anova",
    "welch": "welch_anova",
    "two_way": "two_way_anova",
    "kruskal": "kruskal_wallis",
    "randomized_block_anova": "randomised_block_anova",
    "tukey_kramer": "tukey",
    "tukey_hsd": "tukey",
    "student": "student_t",
    "mann_whitney_u": "mann_whitney",
    "wilcoxon": "wilcoxon_signed_rank",
}


def _test_name(value: object) -> object:
    """The name of a test however it is written: Games-Howell, kruskal."""
    if not isinstance(value, str):
        return value
    name = re.sub(r"[^a-z]+", "_", value.strip().lower()).strip("_")
    return _OTHER_NAMES.get(name, name)


class Statistics(SheetModel):
    """Group tests at the bench."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    posthoc: Annotated[PostHoc, BeforeValidator(_test_name)] = Field(
        default="bonferroni", description="Pairwise comparisons of more than two groups."
    )
    omnibus: Annotated[Omnibus, BeforeValidator(_test_name)] = Field(
        default="one_way_anova", description="Test of more than two groups."
    )
    two_groups: Annotated[TwoGroups, BeforeValidator(_test_name)] = Field(
        default="auto", description="Test of two groups; `auto` takes the one that goes with omnibus."
    )
    sensitivity: list[Literal["paired_t", "ranks", "welch", "logit"]] = Field(
        default=["paired_t", "ranks", "logit"], description="Tests under other assumptions, beside the primary one."
    )
    design: Literal["auto", "independent", "blocked"] = Field(default="auto")
    time_design: Literal["auto", "repeated", "separate_plates"] = Field(default="auto")
    primary_time_h: float | None = Field(default=None, ge=0, description="Confirmatory time; the last where empty.")
    rescue: RescuePair = RescuePair()


class ViabilityOptions(SheetModel):
    """Viability from plate readers."""

    wavelength_nm: float = Field(default=450, gt=0)
    reference: str | None = Field(default=None, description="Condition that is 100 %; the first where empty.")
    scope: Literal["plate", "experiment"] = "plate"
    time: Literal["same", "first"] = "same"


class Apoptosis(SheetModel):
    """Channels of annexin V and PI; guessed from names where empty."""

    annexin: str | None = None
    pi: str | None = None


class Flow(SheetModel):
    """Flow cytometry."""

    gating: str | None = Field(default=None, description="GatingML 2.0 or FlowJo .wsp; built-in gates otherwise.")
    compensation: str | None = Field(default=None, description="Spillover matrix as a table; else the files' own.")
    apoptosis: Apoptosis = Apoptosis()
