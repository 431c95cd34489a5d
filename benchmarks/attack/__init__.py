"""Hostile input by the thousand, and what became of it: `python -m benchmarks.attack`.

Each module here that is named in `targets.py` is one target: a stream of numbered, seeded cases. `run.py` puts them
through child processes, so that a crash, a hang or a flood of memory is counted and the rest goes on.
docs/robustness.md shows the counts.
"""
