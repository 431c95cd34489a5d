"""Training runs: a recipe becomes a net in a folder, on one process or several, and goes on where it was stopped."""
