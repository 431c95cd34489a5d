"""The targets by name; a module is imported only by the process that attacks it."""

from __future__ import annotations

from importlib import import_module

from benchmarks.attack.counts import Target

# In the order of the page. Each is a module of cases/ with a `TARGET`.
NAMES = ("fields", "images", "models", "manifests", "decoder", "grammars", "patterns", "wire", "bad_line")


def load(module: str) -> Target:
    """The target of a module, by its full name."""
    target: Target = import_module(module).TARGET
    return target


def module_of(name: str) -> str:
    """The full name of a target's module."""
    return f"{__package__}.cases.{name}"
