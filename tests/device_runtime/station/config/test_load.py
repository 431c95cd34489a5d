"""A configuration: values and defaults, paths, and everything that can be wrong with one, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_runtime.errors import ConfigError
from device_runtime.station.config.keys import as_toml, keys_of
from device_runtime.station.config.load import load_config, read_config
from device_runtime.station.config.sections import SECTIONS

LEAST = '[camera]\nurl = "v4l2:/dev/video0"\n[plan]\npath = "plan.csv"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "station.toml"
    path.write_text(text)
    return path


def said(folder: Path, text: str) -> list[str]:
    """What is wrong with a text, without the file's name."""
    path = written(folder, text)
    return [str(one).removeprefix(str(path)).lstrip(",: ") for one in read_config(path).problems]


def test_few_keys_are_enough_and_the_rest_has_defaults(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, LEAST))
    assert config.camera.url == "v4l2:/dev/video0" and config.plan.path == tmp_path / "plan.csv"
    assert config.journal.path == tmp_path / "station.journal" and config.read.max_error == 0.01
    assert config.trigger.kind is None and config.web.address == "127.0.0.1" and not config.web.on
    assert config.wire.url is None and config.harvest.folder is None and config.log.form == "lines"


def test_every_place_is_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    text = LEAST.replace("v4l2:/dev/video0", "dir:pictures?fps=5") + (
        '[read]\nbundle = "mine"\nlexicon = "/codes.grammar"\n[harvest]\nfolder = "../harvest"\n'
    )
    path = written(inner, text)
    monkeypatch.chdir(tmp_path)
    config = load_config(path.relative_to(tmp_path))
    assert config.file == path and config.camera.url == f"dir:{inner}/pictures?fps=5"
    assert config.read.bundle == f"{inner}/mine" and config.read.lexicon == Path("/codes.grammar")
    assert config.harvest.folder == inner / "../harvest"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("file:belt.mp4?loop", "file:{}/belt.mp4?loop"),
        ("dir:/pictures", "dir:/pictures"),
        ("letter.png", "{}/letter.png"),
        ("-", "-"),
        ("picamera2:0", "picamera2:0"),
        ("rtsp://user:secret@camera/1", "rtsp://user:secret@camera/1"),
    ],
)
def test_only_files_and_folders_in_a_url_are_relative(tmp_path: Path, url: str, meant: str) -> None:
    config = load_config(written(tmp_path, LEAST.replace("v4l2:/dev/video0", url)))
    assert config.camera.url == meant.format(tmp_path)


def test_a_shipped_bundle_keeps_its_name(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, LEAST + '[read]\nbundle = "digits-small"\n'))
    assert config.read.bundle == "digits-small"


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """port = 3
[camera]
ulr = "v4l2:/dev/video0"
[plan]
path = "~/plan.csv"
[read]
region = [0.1,
  0.2, 1, 0]
max_eror = 0.01
engine = "tfllite"
frames = true
days = 3
[webb]
on = true
[log]
form = 3
"""
    assert said(tmp_path, text) == [
        "line 1: port stands outside of a section; put it below [web] or [metrics]",
        'line 2: [camera] url is missing; give a text such as "v4l2:/dev/video0?size=1280x720&exposure=5&gain=16"',
        "line 3: [camera] ulr is unknown; did you mean url?",
        'line 5: [plan] path is "~/plan.csv"; write the whole path, ~ is another folder for every user',
        "line 9: [read] max_eror is unknown; did you mean max_error?",
        'line 10: [read] engine is "tfllite"; give "litert", "tflite" or "numpy"',
        "line 11: [read] frames is true; give a whole number from 1 to 20",
        "line 12: [read] days is unknown; it belongs to [journal]",
        "line 13: webb is no section that a configuration has; did you mean web?",
        'line 16: [log] form is 3; give "lines", "json" or "dashboard"',
    ]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('[trigger]\nkind = "gpio"\n', "line 5: [trigger] line is missing; kind gpio needs the number of the light"),
        ('[trigger]\nkind = "controller"\n', '[wire] url is missing; [trigger] kind "controller" needs its port'),
        ('[web]\naddress = "0.0.0.0"\n', "line 5: [web] token_file is missing; a page at 0.0.0.0 can be reached from"),
        ('[web]\naddress = "::"\n', "line 5: [web] token_file is missing; a page at :: can be reached from"),
        ('[web]\naddress = "everywhere"\n', 'line 6: [web] address is "everywhere"; give an address such as 127.0.0.1'),
        ("[web]\non = true\n[metrics]\non = true\nport = 8080\n", "line 9: [metrics] port is 8080, as that of [web]"),
        ("[read]\nregion = [0, 0, 0, 0]\n", "line 6: [read] region is wrong: 0.0,0.0,0.0,0.0 is no region"),
        (
            "[read]\nregion = [1e308, 1e308, 1e308, 1e308]\n",
            "line 6: [read] region is wrong: 1e+308,1e+308,1e+308,1e+308 is beyond every camera",
        ),
        (
            "[read]\nregion = [100001, 0, 10, 10]\n",
            "line 6: [read] region is wrong: 100001,0,10,10 is beyond every camera; at most 100,000 px",
        ),
        ("[read]\nregion = [1, 2, 3]\n", "line 6: [read] region is [1, 2, 3]; give four numbers such as [0.3, 0.4"),
        ('[read]\nfield = true\nrole = "any"\n', 'line 7: [read] role is "any", and a field has no roles'),
        ("[read]\nmax_error = nan\n", "line 6: [read] max_error is nan; give a number above 0 and up to 1"),
        ("[read]\nmax_error = 0\n", "line 6: [read] max_error is 0; give a number above 0 and up to 1"),
        ("[deadline]\nms = inf\n", "line 6: [deadline] ms is inf; give a number from 20 to 60,000"),
        ("[deadline]\nms = 10\n", "line 6: [deadline] ms is 10; give a number from 20 to 60,000"),
        ("[web]\nport = 65536\n", "line 6: [web] port is 65536; give a whole number from 1 to 65,535"),
        (f"[web]\nport = 1{'0' * 400}\n", "line 6: [web] port is 1000"),
        ("[web]\nport = 80.0\n", "line 6: [web] port is 80.0; give a whole number"),
        (
            '[wire]\nurl = ""\n',
            'line 6: [wire] url is ""; give one line without spaces around it, such as "/dev/serial0"',
        ),
        ('[wire]\nurl = "a\\nb"\n', 'line 6: [wire] url is "a\\U0000000ab"; give one line'),
        ('["a\\nb"]\n"c\\nd" = 1\n', "line 5: a\\nb is no section that a configuration has; known are camera, read,"),
        ('[web]\n"c\\nd" = "e\\nf"\n', "line 6: [web] c\\nd is unknown; known are on, address, port, token_file"),
        ("log = 3\n", "line 5: [plan] log is unknown"),
        (
            '[log]\nform = "json"\n[[web]]\non = true\n',
            "line 7: [web] is [{'on': True}]; write [web], and below it lines",
        ),
        ("[journal.path]\nx = 1\n", "line 5: [journal] path is a section; give a path such as"),
        (
            "[harvest]\nfolder = 2026-12-01\n",
            "line 6: [harvest] folder is datetime.date(2026, 12, 1); give a path such",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_to_give(tmp_path: Path, lines: str, fault: str) -> None:
    (told,) = said(tmp_path, LEAST + lines)
    assert told.startswith(fault), told


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"[camera]\nurl = \n", "line 2: no TOML: Invalid value"),
        (b"[camera]\nurl = 'a'\nurl = 'b'\n", "line 3: no TOML: Cannot overwrite a value"),
        (b"[camera\n", "line 1: no TOML: Expected ']'"),
        (b"[camera]\nurl = '\xff'\n", "line 2, is not UTF-8 text; save it as UTF-8"),
        (b"x = " + b"[" * 100_000, "is no TOML: it is nested too deeply"),
        (b"x" * 300_000, "it has 300,000 bytes, and at most 256,000 are read"),
    ],
)
def test_what_is_no_toml_is_refused_in_one_line(tmp_path: Path, data: bytes, fault: str) -> None:
    path = tmp_path / "station.toml"
    path.write_bytes(data)
    with pytest.raises(ConfigError) as raised:
        read_config(path)
    assert fault in str(raised.value) and "\n" not in str(raised.value)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        read_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="it is a folder"):
        read_config(tmp_path)


def test_a_station_is_told_the_first_fault_and_how_to_see_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "[camera]\n[plan]\npath = 3\n")
    with pytest.raises(ConfigError, match=r"line 1: \[camera\] url is missing.*\(1 more: posteye config check"):
        load_config(path)


def test_lines_are_found_behind_long_values_and_in_every_way_of_writing(tmp_path: Path) -> None:
    text = (
        'camera = {url = "-", ulr = 1}\r\nplan."path" = "plan.csv"\r\nplan.pth = """\r\n[web]\r\nport = 1\r\n"""\r\n'
        "[ web ] # here\r\n'prot' = 2\r\n"
    )
    assert said(tmp_path, text) == [
        "line 1: [camera] ulr is unknown; did you mean url?",
        "line 3: [plan] pth is unknown; did you mean path?",
        "line 8: [web] prot is unknown; did you mean port?",
    ]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_config(path)
    except ConfigError as error:
        assert "\n" not in str(error)
    else:
        assert found.problems and not any("\n" in str(one) for one in found.problems)


@given(st.sampled_from(sorted(SECTIONS)), st.data(), st.one_of(st.text(), st.integers(), st.floats(), st.booleans()))
def test_any_value_of_any_key_is_taken_or_named(
    tmp_path_factory: pytest.TempPathFactory, section: str, data: st.DataObject, value: object
) -> None:
    key = data.draw(st.sampled_from(sorted(keys_of(section))))
    path = tmp_path_factory.getbasetemp() / "any-value.toml"
    least = {"camera": {"url": "-"}, "plan": {"path": "plan.csv"}}
    least.setdefault(section, {})[key] = as_toml(value)
    text = "".join(
        f"[{name}]\n"
        + "".join(
            f"{one} = {given if (name, one) == (section, key) else as_toml(given)}\n" for one, given in keys.items()
        )
        for name, keys in least.items()
    )
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_config(path)
    except ConfigError:  # a character that no UTF-8 has
        return
    assert found.config or all(one.line for one in found.problems if one.key == f"[{section}] {key}")
