"""The criteria of global training compared, and when they collapse."""
