"""How a line is written: hands, digit shapes, pens, marks and fonts."""
