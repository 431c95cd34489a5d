"""Errors that a user can mend; the command line prints them in one line and exits with 2."""


class PosteyeError(Exception):
    """Something outside the program is wrong: the message says what, and how to mend it."""


class BundleError(PosteyeError):
    """A model bundle is missing, damaged, or newer than this program."""


class ImageError(PosteyeError):
    """An image cannot be read as one."""


class GrammarError(PosteyeError):
    """A pattern, country or lexicon cannot be used."""


class WriteError(PosteyeError):
    """A file cannot be written; at its path stands what stood there before, or all of the new file."""
