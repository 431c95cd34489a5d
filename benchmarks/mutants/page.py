"""The page of the mutation test: scores before and after, and why each survivor is let live."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.figures.files import load

RESULTS = Path(__file__).parents[1] / "results" / "mutants.json"
EXPLAINED = Path(__file__).with_name("explained.toml")
PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


class Score(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a module's mutants at a commit.

    Attributes:
        module: Its file.
        when: "before" or "after" the tests that the mutants asked for.
        commit: That the score holds for.
        date: When it was measured.
        command: What was called.
        mutants: How many there are.
        tried: How many of them were tried; fewer than all are a random sample.
        killed: By a failing test.
        timeout: Ended because they ran too long, which counts as noticed.
        survived: Noticed by no test.
        explained: How many of those are explained.
    """

    module: str
    when: str
    commit: str
    date: str
    command: str
    mutants: int
    tried: int
    killed: int
    timeout: int
    survived: int
    explained: int


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    """Survivors of a module that are left alive for one reason.

    Attributes:
        module: Its file.
        why: The reason.
        mutants: As "function: the changed line".
    """

    module: str
    why: str
    mutants: list[str]


_HEAD = """# Testing

`make test` runs everything; CONTRIBUTING.md says how tests are written. This page is about how good they are.

## Sanitizers and fuzzers

[The core in C](core.md) and [the controller library](controller-library.md) are given what nobody should give them.

`make sanitized` compiles AddressSanitizer and UndefinedBehaviorSanitizer into them and runs the tests that drive them:
what reads or writes beyond an array, and what C does not define, ends them.

`make fuzz` runs [libFuzzer] for a minute (`make fuzz SECONDS=1800`: for half an hour) on a target for each function of
the core and one for the controller library, in `tests/fuzz/c/targets`, all of them at a time. The bytes that it makes
up become images and masks of any size, decoding graphs, scores and options, in their range or out of it.

| target | function | what it is given |
|---|---|---|
| `normalize` | `pe_normalize` | a field, the height of writing |
| `polarity` | `pe_polarity` | a field |
| `resize` | `pe_resize` | an image, a size |
| `boxes` | `pe_may_have_boxes` | a field |
| `spoiled` | `pe_spoiled` | a field, the place of a code in it |
| `ink_runs` | `pe_ink_runs` | a strip, a level |
| `shrink` | `pe_shrink` | an image, a factor |
| `darker` | `pe_darker` | an image, levels of its blocks |
| `trace` | `pe_trace` | a mask |
| `rules` | `pe_rules` | a mask, the sizes of rules |
| `turn` | `pe_turn` | a mask, the canvas on which it is turned |
| `graph` | `pe_graph_check`, `pe_abi_version` | a graph, sound or broken |
| `decode` | `pe_decode`, `pe_judge` | a graph, scores, a strip, options |
| `calibrate` | `pe_calibrate` | posteriors, a temperature, an offset |
| `controller` | all `pec_` functions | bytes, frames, times, triggers, settings |

Besides what the sanitizers see, these must hold:

- What is in its range is done, and what is not is refused without a look at it.
- Of the arena, the core touches only what it took from it. Where it wants more, that is enough to get farther.
- The same input gives the same bits, whatever garbage lies in the arena.
- Strips, confidences and places are in their bounds, posteriors have a sum of at most 1, and codes are of the grammar.
- `ink_runs`, `shrink`, `darker`, `trace`, `rules` and `turn` give what their target makes of the same pixels one by
  one, in the plainest way; `calibrate` gives what the C library's logarithm and exponential give, to nine places.
- `controller` counts as damaged what a decoder of whole frames drops, answers a request once at most, takes reports
  over in order, and gives out texts that are printable and end.

Inputs that reach something new are kept in `tests/fuzz/corpus`. `make test` gives them to the core again, compiled by
any compiler, and makes sure that they reach all of its functions. An input that ends the core is printed with the
command to see it again; when the fault is mended, `python -m tests.fuzz --keep` puts it to the others.

[libFuzzer]: https://llvm.org/docs/LibFuzzer.html

## Mutation

`make mutants` changes the modules that decide whether a code is believed, one small thing at a time ([mutmut], pinned
in `constraints/`), and runs the tests that reach the change; `make mutants
MODULE=device_runtime/decoding/rejection.py` does so for one of them. A mutant that no test notices is a hole in the
tests, or it is explained below. All 3,196 take an estimated hour on two idle cores, so they are no part of `.ci/run`;
it ends with exit code 1 when a survivor is not explained.

mutmut changes functions only: constants of a module, class bodies, properties and cached functions stay as they are.
Tests that start other programs, or never reach these modules, are left out.

[mutmut]: https://mutmut.readthedocs.io
"""


def load_scores(path: Path = RESULTS) -> list[Score]:
    """The scores of a results file; none where there is no such file.

    Raises:
        PosteyeError: It is another file.
    """
    return msgspec.convert(load(path).values["scores"], list[Score]) if path.exists() else []


_SAMPLED = """
Where fewer mutants than all were tried, they are a random sample (seed 1998), of `rejection.py` those that the quickest
tests reach. *After*, only the survivors were tried again, with the tests that were written for them: so the share after
holds for the sample, and for the mutants that were not tried it is too high. `make mutants` tries them all.
""".splitlines()


def render(scores: list[Score], groups: list[Group]) -> str:
    """The whole page in Markdown."""
    return "\n".join([_HEAD, *_table(scores), *_explanations(groups)]) + "\n"


def _table(scores: list[Score]) -> list[str]:
    by_module: dict[str, dict[str, Score]] = defaultdict(dict)
    for row in scores:
        by_module[row.module][row.when] = row
    lines = [
        "Noticed = killed by a failing test or ended because it ran on and on. *Before* is commit",
        f"{_commits(scores, 'before')}; *after* is {_commits(scores, 'after')}.",
        *(_SAMPLED if any(row.tried < row.mutants for row in scores) else []),
        "",
        "| module | mutants before | noticed | mutants after | noticed | survived | of these explained |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for module, found in by_module.items():
        lines.append(f"| {module} | {_before(found.get('before'))} | {_after(found.get('after'))} |")
    for when in ("before", "after"):
        rows = [row for row in scores if row.when == when]
        if rows:
            lines += ["", f"All together {when}: {_share(rows)} noticed."]
    return lines


def _commits(scores: list[Score], when: str) -> str:
    return ", ".join(sorted({row.commit for row in scores if row.when == when}))


def _before(row: Score | None) -> str:
    return f"{_tried(row)} | {_share([row])}" if row else "- | -"


def _after(row: Score | None) -> str:
    return f"{_tried(row)} | {_share([row])} | {row.survived} | {row.explained}" if row else "- | - | - | -"


def _tried(row: Score) -> str:
    return str(row.mutants) if row.tried == row.mutants else f"{row.tried} of {row.mutants}"


def _share(rows: list[Score]) -> str:
    noticed, of = sum(row.killed + row.timeout for row in rows), sum(row.tried for row in rows)
    return f"{100 * noticed / of:.1f} %"


def _explanations(groups: list[Group]) -> list[str]:
    lines = ["", "### Survivors that are let live"]
    for module in dict.fromkeys(group.module for group in groups):
        lines += ["", f"**{module}**", ""]
        for group in groups:
            if group.module == module:
                lines += [f"* {group.why}"]
                lines += [f"  * `{mutant}`" for mutant in group.mutants]
    return lines
