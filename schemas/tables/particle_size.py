"""Particle sizes and concentrations of cultures."""

from __future__ import annotations

from schemas.base import Table
from schemas.culture_values import KEY, CultureValue


class ParticleSize(CultureValue, Table, name="result.particle_size", replace_by=("study_id", "run_id"), key=KEY):
    """Size or concentration of the particles of one culture, averaged over its captures."""
