"""Errors of the conversion that a user can mend."""

from device_runtime.errors import PosteyeError


class ConvertError(PosteyeError):
    """A model or training folder cannot be converted: the message says which part, and why."""
