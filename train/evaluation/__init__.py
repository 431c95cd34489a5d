"""How well a reader reads: exact rates, acceptance at a stated error, calibration, breakdowns and plots."""
