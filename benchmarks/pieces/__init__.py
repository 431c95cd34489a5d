"""Whole pieces: what the reader locates, reads and accepts on rendered and on real ones, beside a general engine."""
