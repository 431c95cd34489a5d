"""The repository's architecture, measured and drawn: rooms on their floors, imports, and the data path."""
