"""Kinds of fields that the second mix adds to those that are written by the generator alone."""
