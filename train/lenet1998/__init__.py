"""The nets, losses and optimiser of the 1998 paper, for its comparison."""
