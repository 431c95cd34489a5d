"""From rendered pieces to the weights of the evidence: which line of a piece holds the wanted code."""
