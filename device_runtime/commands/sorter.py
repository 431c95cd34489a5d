"""`posteye sorter`: emulates the controller of a sorting machine."""

from __future__ import annotations

import threading

import click

from firmware_bridge import Event, serve


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an event.")
def sorter(url: str, as_json: bool) -> None:
    """Be the sorter's controller on the port URL: acknowledge readings and print what arrives, until Ctrl-C.

    URL is a device (/dev/ttyUSB0) or any pyserial URL (socket://host:port, rfc2217://...).

    \b
    Examples:
      posteye sorter /dev/ttyUSB0
      posteye sorter socket://localhost:7000 --json
    """

    def show(event: Event) -> None:
        print(event.as_json() if as_json else event, flush=True)

    serve(url, show, threading.Event())
