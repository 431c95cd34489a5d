"""The figures, by what they tell of; list.py joins them."""
