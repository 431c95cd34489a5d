"""From a lattice and a grammar to candidates, posteriors and the accept or reject decision."""
