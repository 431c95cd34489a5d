"""Which codes there are: patterns, countries and lexicons as minimal automata."""
