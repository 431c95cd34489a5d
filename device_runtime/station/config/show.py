"""A configuration with all its values, for people and for programs; passwords are hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from device_runtime.capture.url import without_password
from device_runtime.station.config.keys import as_toml, keys_of
from device_runtime.station.config.sections import SECTIONS, Config
from device_runtime.station.config.tongues import TONGUES


def hidden(config: Config) -> Config:
    """The same configuration without the passwords in its URLs."""
    shown = {}
    for name in ("camera", "wire", *TONGUES):
        section = getattr(config, name)
        shown[name] = replace(section, url=section.url and without_password(section.url))
    return replace(config, **shown)


def as_dict(config: Config) -> dict[str, dict[str, Any]]:
    """The keys of `posteye config show --json`: sections, and in each its keys; null where a key is not given."""
    shown = hidden(config)
    return {
        section: {name: _plain(getattr(getattr(shown, section), name)) for name in keys_of(section)}
        for section in SECTIONS
    }


def as_text(config: Config) -> str:
    """The same as TOML; what is not given stands in a comment."""
    lines = []
    for section, values in as_dict(config).items():
        lines += [
            f"[{section}]",
            *(
                f"# {name} is not given" if value is None else f"{name} = {as_toml(value)}"
                for name, value in values.items()
            ),
            "",
        ]
    return "\n".join(lines[:-1])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
