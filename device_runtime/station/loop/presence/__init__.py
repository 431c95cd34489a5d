"""Whether a piece lies in the picture: the empty view, what differs from it, and what that does."""
