"""Files: what a user names is read with care, and what is written is written whole or not at all."""
