"""The journal: what became of every piece, whatever happens to the power, and pictures of the doubtful ones."""
