"""`posteye plan`: checks a sort plan, and says which bin a code goes to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from device_runtime.commands.options import grammar_options
from device_runtime.grammar.grammar import Grammar
from device_runtime.station.plan.check import Findings, check_plan
from device_runtime.station.plan.plan import NamedRow, SortPlan, load_plan
from device_runtime.station.plan.rows import LONGEST_DIGITS, digits_of
from device_runtime.station.plan.table import read_table

_SHOWN = 10


@click.group()
def plan() -> None:
    """Check a sort plan, or ask it for a code.

    A plan says which bin each code goes to. It is a table in CSV or TOML.

    \b
    Examples:
      posteye plan check plan.csv --country DE
      posteye plan which 80331 --plan plan.csv
    """


@plan.command()
@click.argument("file", type=click.Path(path_type=Path))
@grammar_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(file: Path, country: str | None, pattern: str | None, lexicon: Path | None, as_json: bool) -> None:
    """Say what is wrong with the sort plan FILE: rows that overlap, codes without a row, rows without a code.

    Without --country, --pattern or --lexicon only overlaps are looked for. The exit status is 1 when something is
    wrong, and 2 when FILE is no plan.

    \b
    Examples:
      posteye plan check plan.csv --country DE
      posteye plan check plan.toml --lexicon codes.grammar --json
    """
    grammar = Grammar.chosen(country, pattern, lexicon)
    found = SortPlan.of_table(read_table(file))
    findings = check_plan(found, grammar)
    counts = Counter(found.rows.bin.tolist())
    rows = {name: counts[number] for number, name in enumerate(found.bins)}
    if as_json:
        click.echo(json.dumps(_as_dict(found, rows, grammar, findings), ensure_ascii=False))
    else:
        _print(found, rows, grammar, findings)
    if not findings.fine:
        raise click.exceptions.Exit(1)


@plan.command()
@click.argument("code")
@click.option("--plan", "file", required=True, type=click.Path(path_type=Path), help="The sort plan.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def which(code: str, file: Path, as_json: bool) -> None:
    """Say which bin CODE goes to, and which row of the plan decides.

    \b
    Examples:
      posteye plan which 80331 --plan plan.csv
      posteye plan which '110 034' --plan plan.toml --json
    """
    if digits_of(code) is None:
        raise click.UsageError(f"{code!r:.60} is no code; give 1 to {LONGEST_DIGITS} digits")
    match = load_plan(file).which(code)
    if as_json:
        row = match.row and _row(match.row)
        click.echo(json.dumps({"code": code, "bin": match.bin, "row": row}, ensure_ascii=False))
        return
    decided = f"by {match.row}" if match.row else "no row covers it: overflow"
    click.echo(f"{code}  {match.bin}  ({decided})")


def _as_dict(plan: SortPlan, rows: dict[str, int], grammar: Grammar | None, findings: Findings) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "fine": findings.fine,
        "rows": len(plan.rows),
        "bins": rows,
        "overflow": plan.overflow,
        "reject": plan.reject,
        "codes": grammar and grammar.name,
        "overlap_count": findings.overlap_count,
        "overlaps": [[_row(one), _row(other)] for one, other in findings.overlaps],
        "gap_count": findings.gap_count,
        "gap_codes": findings.gap_codes,
        "gaps": [{"codes": gap.codes, "count": gap.count} for gap in findings.gaps],
        "foreign_count": findings.foreign_count,
        "foreign": [_row(row) for row in findings.foreign],
    }


def _row(row: NamedRow) -> dict[str, Any]:
    return {"codes": row.codes, "bin": row.bin, "line": row.line or None}


def _print(plan: SortPlan, rows: dict[str, int], grammar: Grammar | None, findings: Findings) -> None:
    click.echo(f"{plan.name}: {len(plan.rows):,} rows, overflow {plan.overflow}, reject {plan.reject}")
    width = max(map(len, rows))
    for name, count in rows.items():
        click.echo(f"  {name:<{width}}  {count:,} {'row' if count == 1 else 'rows'}")
    _tell("overlap", [f"{one} and {other}" for one, other in findings.overlaps], findings.overlap_count)
    if grammar is None:
        click.echo("gaps were not looked for; say which codes there are by --country, --pattern or --lexicon")
        return
    _tell("gap", [f"{gap.codes} ({gap.count:,} of {grammar.name})" for gap in findings.gaps], findings.gap_count)
    if findings.gap_codes:
        click.echo(f"{findings.gap_codes:,} codes of {grammar.name} have no row and go to {plan.overflow}")
    _tell("foreign", [f"{row} covers no code of {grammar.name}" for row in findings.foreign], findings.foreign_count)
    if findings.fine:
        click.echo(f"every code of {grammar.name} has its row")


def _tell(kind: str, lines: Sequence[str], count: int) -> None:
    for line in lines[:_SHOWN]:
        click.echo(f"{kind}: {line}")
    if count > _SHOWN:
        click.echo(f"{kind}: {count - _SHOWN:,} more")
