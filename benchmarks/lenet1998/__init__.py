"""The comparison of the 1998 paper, run again row by row."""
