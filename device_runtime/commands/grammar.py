"""`posteye grammar`: says what a grammar holds, compiles it to a file, and lists the known countries."""

from __future__ import annotations

import json
from pathlib import Path

import click

from device_runtime.errors import GrammarError
from device_runtime.grammar import file as grammar_file
from device_runtime.grammar.countries import Country, countries
from device_runtime.grammar.grammar import Grammar


@click.command()
@click.argument("lexicon", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--country", help="Country whose codes it holds, or to which FILE is narrowed; two letters.")
@click.option("--pattern", help="Regular expression of its codes, or to which FILE or --country is narrowed.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the compiled grammar to this file.")
@click.option("--list", "as_list", is_flag=True, help="Print the countries whose codes can be read.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, or one a country.")
def grammar(
    lexicon: Path | None, country: str | None, pattern: str | None, out: Path | None, as_list: bool, as_json: bool
) -> None:
    """Compile a grammar and say what it holds.

    FILE is a lexicon, one code a line with an optional count behind a tab or comma, or a compiled grammar. The file
    that --out writes is loaded by `posteye read --lexicon` in milliseconds.

    \b
    Examples:
      posteye grammar codes.txt --out codes.grammar
      posteye grammar codes.txt --pattern '4\\d{4}' --out area4.grammar
      posteye grammar --list
    """
    if as_list:
        if lexicon or country is not None or pattern is not None or out:
            raise click.UsageError("--list takes no FILE, --country, --pattern or --out")
        _print_countries(as_json)
        return
    chosen = Grammar.chosen(country, pattern, lexicon)
    if chosen is None:
        raise GrammarError("nothing to compile; give a FILE, --country or --pattern, or ask for --list")
    facts = {
        "name": chosen.name,
        "codes": chosen.automaton.count_codes(),
        "states": chosen.automaton.states,
        "arcs": len(chosen.automaton.source),
        "bytes": len(grammar_file.pack(chosen.name, chosen.automaton)),
        "weighted": chosen.automaton.weighted,
    }
    if out:
        chosen.save(out)
    if as_json:
        click.echo(json.dumps(facts))
        return
    prior = "with penalties from counts" if facts["weighted"] else "without penalties"
    click.echo(
        f"{chosen.name}: {facts['codes']} codes, {facts['states']} states, {facts['arcs']} arcs, "
        f"{facts['bytes']} bytes compiled, {prior}"
    )
    if out:
        click.echo(f"wrote {out}")


def _print_countries(as_json: bool) -> None:
    known = [country for country in countries().values() if country.pattern]
    if as_json:
        for country in known:
            click.echo(json.dumps(_row(country), ensure_ascii=False))
        return
    name = max(len(country.name) for country in known)
    form = max(len(country.pattern) for country in known)
    click.echo(f"code  {'name':<{name}}  {'pattern':<{form}}  example     written before it")
    for country in known:
        example = country.examples[0]
        line = f"{country.code:<4}  {country.name:<{name}}  {country.pattern:<{form}}  {example:<10}  {country.prefix}"
        click.echo(line.rstrip())


def _row(country: Country) -> dict[str, object]:
    return {
        "code": country.code,
        "name": country.name,
        "pattern": country.pattern,
        "examples": country.examples,
        "prefix": country.prefix,
    }
