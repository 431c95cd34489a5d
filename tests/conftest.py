"""Settings for every test."""

from __future__ import annotations

from hypothesis import settings

# The same examples in every run, and no deadline: the machines that run these tests are small and busy.
settings.register_profile("posteye", derandomize=True, deadline=None)
settings.load_profile("posteye")
