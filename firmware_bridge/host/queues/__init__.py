"""Where reports wait: in memory, or on a disk that survives the program."""
