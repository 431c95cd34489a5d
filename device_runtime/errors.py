"""Errors that a user can mend: the command line prints one line and ends with exit code 2."""


class PosteyeError(Exception):
    """Something outside the program is wrong. Its message is one line: what is wrong, and how to mend it."""


class BundleError(PosteyeError):
    """A model bundle is missing or damaged, or needs a newer program."""


class FileError(PosteyeError):
    """A file cannot be read. The message is the reason alone: who catches it knows what the file was for."""


class ImageError(PosteyeError):
    """A file or an array is not an image that can be read."""


class OpenCVMissingError(PosteyeError):
    """OpenCV is not installed, or does not load."""


class GrammarError(PosteyeError):
    """A pattern, country or lexicon cannot be used."""


class PlanError(PosteyeError):
    """A sort plan cannot be used."""


class ConfigError(PosteyeError):
    """A configuration cannot be used."""


class JournalError(PosteyeError):
    """The journal cannot be read or written; nothing of what was asked has been done."""


class JournalDamagedError(JournalError):
    """The journal is damaged; `Journal.mend` keeps what of it is whole."""


class PieceRefusedError(JournalError):
    """A piece that the journal has already, or whose id it has not given."""


class WriteError(PosteyeError):
    """A file cannot be written. At its path is the old file as it was, or all of the new one."""


class CameraError(PosteyeError):
    """A source of frames cannot be used, and waiting will not mend it."""


class CameraLostError(CameraError):
    """A source of frames is not there at the moment: unplugged, taken by another program, or silent."""


class CameraTimeoutError(CameraError):
    """No frame came in time."""


class CameraEndedError(CameraError):
    """A source has no further frame: its last picture was taken, or it was closed."""


class WebError(PosteyeError):
    """The page in the browser cannot be served."""


class LabelsError(PosteyeError):
    """What people keyed cannot be taken, or a table of it cannot be read."""
