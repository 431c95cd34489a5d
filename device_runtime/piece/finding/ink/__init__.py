"""Frame to ink: masks, and their runs and pieces; how far the writing is turned."""
