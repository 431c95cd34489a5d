"""`posteye config`: writes an example of a station's configuration, checks one, and shows all its values."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from device_runtime.files.regular import printable
from device_runtime.station.config.example import example, write_example
from device_runtime.station.config.load import load_config
from device_runtime.station.config.show import as_dict, as_text

_FILE = click.argument("file", type=click.Path(path_type=Path))
_DEFAULT = "station.toml"


@click.group()
def config() -> None:
    """Write an example of a station's configuration, check one, or show all its values.

    \b
    Examples:
      posteye config init
      posteye config check station.toml
      posteye config show station.toml --json
    """


@config.command()
@click.argument("file", type=click.Path(path_type=Path), default=_DEFAULT)
def init(file: Path) -> None:
    """Write a commented example to FILE (station.toml), which must not be there yet; - prints it.

    \b
    Examples:
      posteye config init
      posteye config init /etc/posteye/station.toml
      posteye config init - | less
    """
    if str(file) == "-":
        click.echo(example(), nl=False)
        return
    write_example(file)
    click.echo(f"{printable(file)} is written; change it, then: posteye config check {printable(file)}")


@config.command()
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(file: Path, as_json: bool) -> None:
    """Say all that is wrong with the configuration FILE, and with the files, folders and codes that it names.

    No camera and no port is opened. The exit status is 1 when something is wrong, and 2 when FILE cannot be read or
    is no TOML.

    \b
    Examples:
      posteye config check station.toml
      posteye config check station.toml --json
    """
    from device_runtime.report.opening import check_tongues  # here, since it brings the serial port
    from device_runtime.station.config.check import check_config  # and this the whole reader

    found = check_config(file, check_tongues)
    if as_json:
        rows = {"problems": found.problems, "notes": found.notes}
        said = {kind: [{**asdict(one), "line": one.line or None} for one in ones] for kind, ones in rows.items()}
        click.echo(json.dumps({"file": str(file), "fine": not found.problems, **said}, ensure_ascii=False))
    else:
        for problem in found.problems:
            click.echo(printable(str(problem)))
        for one in found.notes:
            click.echo(f"note: {printable(str(one))}")
        count = len(found.problems)
        click.echo(
            f"{count} {'thing is' if count == 1 else 'things are'} wrong" if count else f"{printable(file)} is fine"
        )
    if found.problems:
        raise click.exceptions.Exit(1)


@config.command()
@_FILE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(file: Path, as_json: bool) -> None:
    """Show all values of the configuration FILE, those by default too; passwords are hidden.

    \b
    Examples:
      posteye config show station.toml
      posteye config show station.toml --json
    """
    found = load_config(file)
    click.echo(json.dumps(as_dict(found), ensure_ascii=False) if as_json else as_text(found))
