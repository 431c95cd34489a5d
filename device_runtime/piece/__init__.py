"""From a frame to the fields of a piece that may hold its code."""
