"""The `posteye` command: a table of sub-commands, each imported only when it is called.

Exit codes: 0 done, 1 a check failed, 2 wrong usage or something outside the program is wrong, 130 interrupted.
"""

from __future__ import annotations

import importlib
import io
import os
import select
import sys
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import click

from device_runtime.commands.notes import note
from device_runtime.errors import PosteyeError
from device_runtime.version import VERSION

# Where the packages of a checkout lie beside each other; in an installed wheel there are no workstation packages.
_ROOT = Path(__file__).resolve().parents[1]


class Entry(NamedTuple):
    """One sub-command.

    Attributes:
        target: its module and name, `module:name`.
        extra: the extra that it needs; it is a workstation's command then. None for what the lean runtime does.
        summary: its line in `--help`.
    """

    target: str
    extra: str | None
    summary: str


COMMANDS = {
    "read": Entry("device_runtime.commands.read:read", None, "Read the postal codes in image files."),
    "watch": Entry("device_runtime.commands.watch:watch", None, "Be a station: read and sort what passes a camera."),
    "grammar": Entry("device_runtime.commands.grammar:grammar", None, "List countries; compile a list of codes."),
    "camera": Entry(
        "device_runtime.commands.camera:camera", None, "List cameras; show what one gives; take a picture."
    ),
    "config": Entry("device_runtime.commands.config:config", None, "Write, check and show a station's configuration."),
    "plan": Entry("device_runtime.commands.plan:plan", None, "Check a sort plan; say which bin a code goes to."),
    "journal": Entry("device_runtime.commands.journal:journal", None, "Show and export what became of each piece."),
    "sorter": Entry("device_runtime.commands.sorter:sorter", None, "Be a sorter's controller at the end of a wire."),
    "fleet": Entry("device_runtime.commands.fleet:fleet", None, "Say how the stations of a plant are, by MQTT."),
    "demo": Entry("device_runtime.commands.demo:demo", None, "Read samples; let mail pass a whole station."),
    "doctor": Entry("device_runtime.commands.doctor:doctor", None, "Say what is installed and whether it works."),
    "bench": Entry("device_runtime.commands.bench:bench", None, "Measure how long readings take on this machine."),
    "train": Entry("train.commands.train:train", "train", "Train the scanner (workstation)."),
    "evaluate": Entry(
        "train.commands.evaluate:evaluate", "train", "Measure a bundle on MNIST or a folder (workstation)."
    ),
    "explain": Entry("train.commands.explain:explain", "train", "Show how one image is read, as a page (workstation)."),
    "calibrate": Entry(
        "convert.commands.calibrate:calibrate", "train", "Fit a bundle's confidences to held-out strings."
    ),
    "convert": Entry(
        "convert.commands.convert:convert", "train,convert,tflite", "Turn a trained net into a bundle (workstation)."
    ),
}


class PipeBrokenError(Exception):
    """A pipe whose other end has gone. Of a BrokenPipeError click makes exit status 1: a check that failed."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called: a Pi needs no torch, and starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        if entry.extra is not None and not _put_checkout_first(module):
            return _from_a_checkout_only(cmd_name, entry.extra)
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **extra)  # it prints --help and --version
        except BrokenPipeError as error:
            raise PipeBrokenError from error

    def invoke(self, ctx: click.Context) -> Any:
        # Options are declared without the extra, so that --help works wherever the command lies.
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise PipeBrokenError from error
        except ModuleNotFoundError as error:
            entry = COMMANDS.get(ctx.invoked_subcommand or "")
            missing = (error.name or "").split(".")[0]
            if entry is None or entry.extra is None or missing in ("device_runtime", "train", "convert"):
                raise
            remedy = f"in a checkout of posteye run: pip install -e '.[{entry.extra}]'"
            hint = f"`posteye {ctx.invoked_subcommand}` needs {missing}, which is not installed; {remedy}"
            raise click.ClickException(hint) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


def _put_checkout_first(module: str) -> bool:
    """Search the checkout first for a workstation module; False where it does not lie beside the runtime.

    `python -m posteye` searches the working folder first, and a user may well have a train.py there.
    """
    if not _ROOT.joinpath(*module.split(".")).with_suffix(".py").is_file():
        return False
    if sys.path[0] != str(_ROOT):
        sys.path.insert(0, str(_ROOT))
    return True


def _from_a_checkout_only(name: str, extra: str) -> click.Command:
    """Stand in for a workstation's command where it is not installed: whatever it is asked, it says what to do."""

    def refuse() -> NoReturn:
        raise click.ClickException(f"posteye {name} runs from a checkout: pip install -e '.[{extra}]'")

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(name, callback=refuse, add_help_option=False, context_settings=settings)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="posteye")
def posteye() -> None:
    """Read postal codes on small devices.

    \b
    Examples:
      posteye read letter.png --country DE
      posteye read field.png --field --pattern '\\d{5}' --json
      posteye demo
    """


def main() -> None:
    """Run the command line; an error that a user can mend is printed as one line."""
    # The NumPy engine's products are small: on a busy machine more threads made them ten times slower.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _open_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # the terminal may not have every letter of a file's name
    try:
        # Without arguments it shows its help. A command that raises Exit(n) returns n here.
        code = posteye.main(sys.argv[1:] or ["--help"], "posteye", standalone_mode=False)
    except PipeBrokenError:
        if not _is_unread():
            _end("another process ended before this one was done with it (broken pipe)")
        for stream in (1, 2):  # what is still in the buffers goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        sys.exit(0)  # `| head` has seen enough, and that is no failure
    except click.UsageError as error:
        _end(_usage(error))
    except click.ClickException as error:
        _end(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        _end("interrupted", 130)
    except OSError as error:  # what no command expects: for example, stdout is on a full disk
        _end(f"{error.filename}: {error.strerror}" if error.filename else f"{error.strerror or error}; output is lost")
    except PosteyeError as error:
        _end(str(error))
    except Exception as error:
        from firmware_bridge.errors import (
            BridgeError,  # here, since it brings the serial port, which `--help` needs not
        )

        if not isinstance(error, BridgeError):
            raise
        _end(str(error))
    sys.exit(code if isinstance(code, int) else 0)


def _is_unread() -> bool:
    """Whether stdout or stderr is a pipe whose reader has gone."""
    streams = select.poll()
    streams.register(1, 0)
    streams.register(2, 0)
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in streams.poll(0))


def _open_streams() -> None:
    """Open the null device for each of stdin, stdout and stderr that is closed.

    Otherwise the next file or port that is opened would get its number, and messages would be written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest free number, which is this one
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (it stays open until the program ends)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _end(message: str, code: int = 2) -> NoReturn:
    """Print in one line why the program ends, and end it."""
    note(f"posteye: {message}")
    sys.exit(code)


def _usage(error: click.UsageError) -> str:
    """Say in one line what is wrong with the command line, and which --help to read."""
    message = " ".join(error.format_message().split()).rstrip(".")
    plain = message[:1].lower() + message[1:] if message[1:2].islower() else message
    # click forgets the command when an option lacks its value.
    called = error.ctx.command_path if error.ctx else " ".join(["posteye", *sys.argv[1:2]])
    return f"{plain}; see `{called} --help`"


if __name__ == "__main__":
    main()
