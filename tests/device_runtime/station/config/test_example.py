"""The example that `posteye config init` writes, and what `posteye config show` makes of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from device_runtime.errors import WriteError
from device_runtime.station.config.example import example, write_example
from device_runtime.station.config.keys import keys_of
from device_runtime.station.config.load import load_config
from device_runtime.station.config.sections import SECTIONS
from device_runtime.station.config.show import as_dict, as_text


def test_the_example_is_right_as_it_stands_and_has_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    write_example(path)
    written = load_config(path)
    path.write_text(f'[camera]\nurl = "{written.camera.url}"\n')
    assert load_config(path) == written


def test_the_example_is_right_with_every_key_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(re.sub(r"^#(?=\w)", "", example(), flags=re.M))
    config = as_dict(load_config(path))
    assert all(value is not None for keys in config.values() for value in keys.values())


def test_every_key_of_the_example_is_explained() -> None:
    for name in SECTIONS:
        assert f"[{name}]  # " in example()
        for key in keys_of(name).values():
            said = str(key.meta.description)
            assert said.endswith(".") and said[:40] in example(), key.name


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text("mine")
    with pytest.raises(WriteError, match=r"station.toml is there already and stays as it is"):
        write_example(path)
    assert path.read_text() == "mine"
    dangling = tmp_path / "link.toml"
    dangling.symlink_to(tmp_path / "nowhere.toml")
    with pytest.raises(WriteError, match="is there already"):
        write_example(dangling)
    with pytest.raises(WriteError, match="cannot be written: No such file"):
        write_example(tmp_path / "none" / "station.toml")


def test_what_is_shown_is_toml_with_the_same_values(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(re.sub(r"^#(?=\w)", "", example(), flags=re.M))
    config = load_config(path)
    shown = as_text(config)
    path.write_text(shown)
    assert load_config(path) == config
    assert tomllib.loads(shown) == {
        name: {key: list(value) if isinstance(value, tuple) else value for key, value in keys.items()}
        for name, keys in as_dict(config).items()
    }


def test_passwords_are_hidden(tmp_path: Path) -> None:
    path = tmp_path / "station.toml"
    path.write_text(
        '[camera]\nurl = "rtsp://user:s3cret@camera/1?token=s3cret"\n[plan]\npath = "p"\n[wire]\nurl = "x://a:s3cret@b"\n'
    )
    config = load_config(path)
    assert config.camera.url == "rtsp://user:s3cret@camera/1?token=s3cret"
    assert "s3cret" not in as_text(config) and "rtsp://user:***@camera/1?token=***" in as_text(config)
