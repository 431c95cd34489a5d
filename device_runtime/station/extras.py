"""What of a station is installed only where it is wanted, and how to install it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

# The modules that an extra of pyproject.toml brings.
EXTRAS = {
    "web": ("starlette", "uvicorn"),
    "metrics": ("prometheus_client",),
    "dashboard": ("rich",),
    "gpio": ("gpiozero",),
    "mqtt": ("paho",),
    "modbus": ("pymodbus",),
}


def missing_extra(extra: str, has: Callable[[str], object] = importlib.util.find_spec) -> str | None:
    """What to install for an extra; None where it is installed.

    Args:
        extra: one of EXTRAS.
        has: gives something where a module is installed.
    """
    lacking = [module for module in EXTRAS[extra] if not has(module)]
    return f"needs {' and '.join(lacking)}; run: pip install 'posteye[{extra}]'" if lacking else None
