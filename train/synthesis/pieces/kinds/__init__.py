"""The kinds of pieces, and the layouts that each part of the data has of them."""
