"""The bundle folder: written whole, put in another's place in one step, calibrated."""
