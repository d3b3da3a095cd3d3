"""The model study, simulated: files as the instruments write them, and the truth behind them.

Behind ``benchlake demo``. Nothing here measures anything: every file says so, and the study
carries ``is_simulated``.
"""

from tasks.simulation.study import simulate, write_study

__all__ = ["simulate", "write_study"]
