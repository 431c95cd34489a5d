"""How a station is: what is wrong, what still works, and the monitors that find out by looking."""
