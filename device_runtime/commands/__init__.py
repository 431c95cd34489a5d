"""The lean runtime's sub-commands, one a file."""
