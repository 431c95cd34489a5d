"""What a second opinion is worth: more codes accepted, at what error, and for how much more time."""
