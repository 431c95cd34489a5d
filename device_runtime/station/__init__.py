"""A sorting station: the bins that codes go to, and the record of every piece."""
