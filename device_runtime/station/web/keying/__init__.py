"""Keying: people read what the reader did not, and their answers become a table that training takes."""
