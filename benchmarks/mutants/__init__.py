"""Mutation test of the code that decides whether a reading is believed."""
