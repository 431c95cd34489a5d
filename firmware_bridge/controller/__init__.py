"""The sorting machine's end of the wire: a controller in Python that acts on readings."""
