"""Who and what the simulated study holds: conditions, donors, cultures, contrasts.

The facts are those of the model study, BMC Musculoskelet Disord 2024,
doi:10.1186/s12891-024-07636-2; donors and dates are made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

STUDY_ID = "ivdd_usc_exosomes"
NOTICE = "SIMULATED by benchlake: no value in this folder was measured."
CULTURE_DATE = datetime(2024, 3, 4)  # noqa: DTZ001  # instruments write local time without a zone


@dataclass(frozen=True)
class Treatment:
    """A condition, what it adds to the cells (dose by factor) and the kind of material it uses."""

    condition: str
    label: str
    factors: dict[str, float]
    material: str | None  # prefix of the material's name in materials.csv


@dataclass(frozen=True)
class Donor:
    """A surgical patient whose nucleus pulposus cells are treated, and the urine donor paired with them."""

    donor: str
    sex: str
    pfirrmann: str
    urine_donor: str
    urine_sex: str


@dataclass(frozen=True)
class Culture:
    """One independently treated culture: a row of samples.csv."""

    sample: str
    treatment: Treatment
    donor: Donor
    replicate: int
    experiment: str


@dataclass(frozen=True)
class Contrast:
    """Target against reference, matched by donor."""

    contrast: str
    reference: str
    target: str


TREATMENTS = (
    Treatment("control", "Control", {"il1b": 0}, None),
    Treatment("il1b", "IL-1β", {"il1b": 10}, None),
    Treatment("il1b_usc", "IL-1β + USC", {"il1b": 10, "usc": 1}, "USC"),
    Treatment("il1b_usc_gw4869", "IL-1β + USC + GW4869", {"il1b": 10, "usc": 1, "gw4869": 10}, "USC"),
    Treatment("il1b_usc_exo", "IL-1β + USC + exosomes", {"il1b": 10, "usc": 1, "exosome": 10}, "EXO"),
    Treatment("il1b_exo", "IL-1β + exosomes", {"il1b": 10, "exosome": 10}, "EXO"),
)
CONDITIONS = tuple(t.condition for t in TREATMENTS)
DONORS = (
    Donor("NP1", "m", "III", "U1", "m"),
    Donor("NP2", "f", "II", "U2", "f"),
    Donor("NP3", "m", "III", "U3", "m"),
)
SEQUENCED = ("il1b", "il1b_usc", "il1b_exo")
CONTRASTS = (
    Contrast("usc_vs_il1b", "il1b", "il1b_usc"),
    Contrast("exo_vs_il1b", "il1b", "il1b_exo"),
    Contrast("exo_vs_usc", "il1b_usc", "il1b_exo"),
)


def _cultures(experiment: str, prefix: str, conditions: tuple[str, ...]) -> tuple[Culture, ...]:
    return tuple(
        Culture(f"{prefix}{donor.donor}_{treatment.condition}", treatment, donor, number, experiment)
        for treatment in TREATMENTS
        if treatment.condition in conditions
        for number, donor in enumerate(DONORS, start=1)
    )


BENCH = _cultures("bench", "", CONDITIONS)
SEQUENCING = _cultures("sequencing", "RNA_", SEQUENCED)
