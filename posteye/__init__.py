"""posteye reads postal codes on small devices: `from posteye import Reader`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from device_runtime.version import VERSION as __version__

if TYPE_CHECKING:
    from device_runtime.errors import PosteyeError
    from device_runtime.reader import Reader
    from device_runtime.result import Result

__all__ = ["PosteyeError", "Reader", "Result", "__version__"]
_HOMES = {"PosteyeError": "device_runtime.errors", "Reader": "device_runtime.reader", "Result": "device_runtime.result"}


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: `import posteye` alone brings neither NumPy nor OpenCV."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The names for completion and `help()`, also those that are not loaded yet."""
    return sorted({*globals(), *__all__})
