"""Published figures: what measures each, their results files with provenance, and the pages filled from them."""
