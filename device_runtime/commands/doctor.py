"""`posteye doctor`: says what is installed, which engine reads, and whether it reads correctly."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from typing import Any

import click
from serial.tools import list_ports

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.core import library
from device_runtime.errors import OpenCVMissingError, PosteyeError
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.reader import Reader
from device_runtime.samples import Sample, golden, load_samples

PACKAGES = ("posteye", "numpy", "pyserial", "ai-edge-litert", "tflite-runtime")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Say what is installed, and test every engine on a golden strip. Exit status 1 when a test fails.

    \b
    Examples:
      posteye doctor
      posteye doctor --json
    """
    report = examine()
    click.echo(json.dumps(report) if as_json else _page(report))
    if not report["healthy"]:
        raise click.exceptions.Exit(1)


def examine() -> dict[str, Any]:
    """Return all that is found; `healthy` is False when an engine misreads the sample, or a part is broken."""
    manifest, locator = load_bundle().manifest, load_locator().manifest
    sample = load_samples()[0]
    tests = {name: engines.trouble(name) or _self_test(name, sample) for name in engines.ENGINES}
    opencv, opencv_reads = _opencv()
    usable = [name for name in engines.ENGINES if engines.trouble(name) is None]
    return {
        "python": platform.python_version(),
        "machine": f"{platform.machine()} {platform.system()} {platform.release()}",
        "packages": {name: _version(name) for name in PACKAGES},
        "opencv": opencv,
        "bundle": {"name": manifest.name, "version": manifest.version, "accuracy": manifest.accuracy},
        "locator": {"name": locator.name, "version": locator.version, "accuracy": locator.accuracy},
        "core": library.name() if library.trouble() is None else f"{library.name()}: {library.trouble()}",
        "engine": usable[0],
        "engines": tests,
        "serial_ports": [port.device for port in list_ports.comports()],
        "healthy": opencv_reads and not library.is_damaged() and all(tests[name] == "ok" for name in usable),
    }


def _self_test(engine: str, sample: Sample) -> str:
    """Return `ok`, or what is wrong with an engine's reading of the sample."""
    try:
        result = Reader(**sample.grammar, engine=engine).read(sample.path, field=True, upright=True)
        if not sample.is_read_as_expected(result.reading):
            return f"reads {sample.file} as {result.reading.code} ({result.reading.status}), not {sample.expected}"
        if engine == "numpy":
            found = golden(sample)
            for stage in ("strip", "scores", "reading"):
                if getattr(found, stage) != getattr(sample.golden, stage):
                    return f"{stage} of {sample.file} is not the golden one: something computes otherwise here"
    except PosteyeError as error:
        return str(error)
    return "ok"


def _opencv() -> tuple[str, bool]:
    """OpenCV's version, or what is wrong with it, and whether it loads: Debian's has another name than pip's."""
    try:
        from device_runtime.image.opencv import cv2
    except OpenCVMissingError as error:
        return str(error), False
    return str(cv2.__version__), True


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _page(report: dict[str, Any]) -> str:
    lines = [f"python   {report['python']} on {report['machine']}"]
    lines += [f"package  {name} {version or 'not installed'}" for name, version in report["packages"].items()]
    lines += [f"bundle   {report[of]['name']} {report[of]['version']}" for of in ("bundle", "locator")]
    lines += [f"opencv   {report['opencv']}", f"core     {report['core']}"]
    lines += [f"engine   {name}: {result}" for name, result in report["engines"].items()]
    lines += [f"reads    with {report['engine']}"]
    lines += [f"serial   {port}" for port in report["serial_ports"]] or ["serial   no port found"]
    return "\n".join([*lines, "healthy" if report["healthy"] else "NOT healthy: see the lines above"])
