"""Measurements of posteye beside other readers; nothing here is part of the program."""
