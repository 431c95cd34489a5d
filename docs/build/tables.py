"""Writes tables of what the code says into pages: `python -m docs.build.tables [--check]`.

<!-- table: states -->
...
<!-- end table -->
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from device_runtime.files.atomic import write_text
from device_runtime.station.config.keys import Key, as_toml, keys_of
from device_runtime.station.config.sections import SECTIONS
from device_runtime.station.health.health import Health
from device_runtime.station.health.states import MEANINGS
from device_runtime.station.tell.metrics import Metrics, Sources
from firmware_bridge.host.tongues.modbus.registers import REGISTERS

DOCS = Path(__file__).parents[1]
PAGES = (DOCS / "health.md", DOCS / "configuration.md", DOCS / "other-tongues.md")
_BLOCK = re.compile(r"<!-- table: (\w+) -->\n(.*?)<!-- end table -->", re.S)


def filled(text: str) -> str:
    """The page with its tables as the code has them."""
    return _BLOCK.sub(lambda block: f"<!-- table: {block[1]} -->\n\n{TABLES[block[1]]()}\n\n<!-- end table -->", text)


def states() -> str:
    """The states of a station."""
    rows = [(f"`{state}`", one.raised, one.works, one.suspended, one.cleared) for state, one in MEANINGS.items()]
    return _table(("state", "raised", "what still works", "what does not", "over"), rows)


def metrics() -> str:
    """The metrics of a station, but for those of the process, which the client library has."""
    found = Metrics(Sources(Health(), Path("/"), {"journal": lambda: 0}, lambda: 20.0), "numpy", "0" * 64)
    rows = []
    for family in found.registry.collect():
        if family.name.startswith("posteye_"):
            ends = {"counter": "_total", "info": "_info"}.get(family.type, "")
            labels = sorted({label for sample in family.samples for label in sample.labels} - {"le"})
            shown = ", ".join(f"`{label}`" for label in labels)
            rows.append((f"`{family.name}{ends}`", family.type, shown, family.documentation))
    return _table(("metric", "type", "labels", "what it is"), rows)


def configuration() -> str:
    """The keys of a configuration, a table for each section."""
    parts = []
    for section, kind in SECTIONS.items():
        rows = [_key(key) for key in keys_of(section).values()]
        doc = (kind.__doc__ or "").splitlines()[0]
        parts.append(f"### [{section}]\n\n{doc}\n\n{_table(('key', 'value', 'default', 'what it is'), rows)}")
    return "\n\n".join(parts)


def registers() -> str:
    """The registers of Modbus."""
    rows = []
    for one in REGISTERS:
        last = one.address + one.count - 1
        rows.append((f"{one.address}" if one.count == 1 else f"{one.address} to {last}", f"`{one.name}`", one.told))
    return _table(("register", "name", "what it is"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "states": states,
    "metrics": metrics,
    "configuration": configuration,
    "registers": registers,
}


def _key(key: Key) -> tuple[str, ...]:
    default = "must be given" if key.needed else "not given" if key.default is None else f"`{as_toml(key.default)}`"
    form, such_as, example = key.form.partition(" such as ")
    return f"`{key.name}`", f"{form}{such_as}`{example}`" if example else form, default, key.meta.description or ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 when a page is out of date.")
def main(check: bool) -> None:
    """Write the tables of states, metrics, the configuration and registers into their pages."""
    stale = False
    for page in PAGES:
        text = page.read_text("utf-8")
        found = filled(text)
        if found == text:
            continue
        stale = True
        if check:
            click.echo(f"{page.name} is out of date: run python -m docs.build.tables", err=True)
        else:
            write_text(page, found)
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
