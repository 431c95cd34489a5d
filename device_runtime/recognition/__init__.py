"""From a strip to a lattice: the scanner's columns, the gaps between characters, the garbage model around a code."""
