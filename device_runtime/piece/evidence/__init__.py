"""What speaks for and against each number of a piece, as named features with weights: penalties of one decision."""
