"""From a frame to the lines of writing on a piece, and to the fields that are cut out of it."""
