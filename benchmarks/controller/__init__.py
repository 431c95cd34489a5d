"""How large the controller library is on small processors."""
