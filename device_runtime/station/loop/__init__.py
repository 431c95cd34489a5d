"""From a trigger to an answer in time: the frames of a piece, their vote, the bin, and who is told."""
