"""Whether samples of RNA are who their labels say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import DonorRef, Library


class SampleIdentity(
    Table,
    name="result.sample_identity",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "sample_id"),
):
    """One sample of one library: the sex its reads show, and whether it resembles its own donor's samples."""

    study_id: StudyId
    run_id: RunId
    library: Annotated[Library, Field(description="Count matrix; sex is looked for among genes only.")]
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    donor_id: DonorRef
    declared_sex: Annotated[
        Literal["female", "male"] | None, Field(description="Sex of donors.csv; null where it says none.")
    ]
    xist_cpm: Annotated[
        float | None, Unit("reads per million"), Field(ge=0, description="XIST; null where it was not counted.")
    ]
    y_cpm: Annotated[
        float | None,
        Unit("reads per million"),
        Field(ge=0, description="Genes of the Y chromosome (RPS4Y1, DDX3Y, …) together; null where none was counted."),
    ]
    y_genes: Annotated[str, Field(description="Genes of the Y chromosome that were counted, semicolon list.")]
    observed_sex: Annotated[
        Literal["female", "male", "both", "unclear"] | None,
        Field(
            description="female: XIST without Y genes; male: the reverse; both, as in a mixture; unclear: neither, or "
            "fewer than 10 reads; null where it cannot be looked for."
        ),
    ]
    own_donor_correlation: Annotated[
        float | None,
        Field(ge=-1, le=1, description="Mean correlation with its donor's other samples, conditions' means removed."),
    ]
    nearest_donor: Annotated[str | None, Field(description="Other donor whose samples it correlates with most.")]
    nearest_donor_correlation: Annotated[float | None, Field(ge=-1, le=1, description="Mean correlation with them.")]
    swap_hint: Annotated[str | None, Field(description="Sample whose label it may bear, semicolon list.")]
    na_reason: Annotated[
        str | None,
        Field(
            description="Why numbers are null, semicolon list: no_sex_genes (neither XIST nor a Y gene was counted), "
            "not_in_fit (no stabilised counts of the sample), few_donors (fewer than three in the fit), one_condition "
            "(the fit has one alone), donor_alone (no donor, or no sample of it in another condition of the fit)."
        ),
    ]
