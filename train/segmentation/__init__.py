"""Heuristic over-segmentation: cuts, segments and their recogniser, as the paper's check reader has them."""
