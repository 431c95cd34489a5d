"""Decoding measured: rates, calibration, lexicons, time."""
