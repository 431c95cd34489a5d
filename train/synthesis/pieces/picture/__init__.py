"""From a sheet to a picture: how the piece lies, what the camera makes of it, and the truth about that."""
