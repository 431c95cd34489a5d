"""Writing on a layer of its own, by print or by hand, with the place of every line and number."""
