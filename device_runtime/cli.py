"""The `posteye` command: a table of sub-commands that are imported only when they run.

Exit codes: 0 done, 1 a check failed, 2 wrong usage or something outside the program is wrong, 130 interrupted.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import click


class Entry(NamedTuple):
    """Where a sub-command lives, the extra that it needs (None: the lean runtime), and its line in `--help`."""

    target: str
    extra: str | None
    summary: str


COMMANDS = {
    "read": Entry("device_runtime.commands.read:read", None, "Read the postal codes in image files."),
    "grammar": Entry("device_runtime.commands.grammar:grammar", None, "List countries; compile a list of codes."),
    "sorter": Entry("device_runtime.commands.sorter:sorter", None, "Be a sorter's controller at the end of a wire."),
    "demo": Entry("device_runtime.commands.demo:demo", None, "Read the bundled samples and sort them over a cable."),
    "doctor": Entry("device_runtime.commands.doctor:doctor", None, "Say what is installed and whether it works."),
    "train": Entry("train.cli:train", "train", "Train the scanner (workstation)."),
    "evaluate": Entry("train.evaluate_cli:evaluate", "train", "Measure a bundle on MNIST or a folder (workstation)."),
    "explain": Entry("train.explain_cli:explain", "train", "Show how one image is read, as a page (workstation)."),
    "calibrate": Entry("convert.calibrate_cli:calibrate", "train", "Fit a bundle's confidences to held-out strings."),
    "convert": Entry("convert.cli:convert", "train,convert", "Turn a trained net into a bundle (workstation)."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that a Pi without torch starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.target.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        # A command's options are declared without its extra, so that --help works everywhere.
        try:
            return super().invoke(ctx)
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


def _version() -> str:
    try:
        return version("posteye")
    except PackageNotFoundError:
        return "unknown (run from a folder, not installed)"


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="posteye")
def posteye() -> None:
    """Read postal codes on small devices.

    \b
    Examples:
      posteye read letter.png --country DE
      posteye read field.png --field --pattern '\\d{5}' --json
      posteye demo
    """


def main() -> None:
    """Entry point: errors that a user can mend come out in one line."""
    # The NumPy engine's products are small: on a busy machine more threads made them ten times slower.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may hold what the terminal has no letter for
    try:
        # Called alone it shows its help. A command that raises Exit(n) comes back as n.
        code = posteye.main(sys.argv[1:] or ["--help"], "posteye", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.UsageError as error:
        print(f"posteye: {_usage(error)}", file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        print(f"posteye: {error.format_message()}", file=sys.stderr)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        print("posteye: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; there is nobody to tell
        sys.exit(0)
    except Exception as error:
        if not _is_for_users(error):
            raise
        print(f"posteye: {error}", file=sys.stderr)
        sys.exit(2)


def _usage(error: click.UsageError) -> str:
    """What is wrong with the command line in one line, and where it says how to call it."""
    message = " ".join(error.format_message().split()).rstrip(".")
    plain = message[:1].lower() + message[1:] if message[1:2].islower() else message
    return f"{plain}; see `{error.ctx.command_path if error.ctx else 'posteye'} --help`"


def _is_for_users(error: Exception) -> bool:
    """PosteyeError and BridgeError, told apart by name so that neither module is loaded for `--help`."""
    return any(kind.__name__ in ("PosteyeError", "BridgeError") for kind in type(error).__mro__)


if __name__ == "__main__":
    main()
