"""What tells a station that a piece has come: a line of GPIO, what the camera sees, or every new picture."""
