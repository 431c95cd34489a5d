"""Self-contained HTML pages: the gallery of an evaluation, and the explanation of one reading."""
