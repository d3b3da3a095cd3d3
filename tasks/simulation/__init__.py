"""The model study, simulated: files as the instruments write them, and the truth behind them.

Behind ``benchlake demo``. Nothing here measures anything: every file says so, and the study
carries ``is_simulated``. ``tasks.simulation.study.simulate`` is the way in.
"""
