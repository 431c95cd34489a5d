"""How a line is written: styles, digit shapes, pens, marks and fonts."""
