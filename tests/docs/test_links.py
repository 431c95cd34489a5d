"""Links lead somewhere, in the repository and on the site."""

from __future__ import annotations

import posixpath
from pathlib import Path

import pytest

from docs.build.links import ROOT, for_site, links
from docs.build.site import complaints, prepare

PAGES = [page.relative_to(ROOT).as_posix() for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]]


@pytest.mark.parametrize("page", PAGES)
def test_links_between_files_of_the_repository_lead_somewhere(page: str) -> None:
    targets = [target.partition("#")[0] for target in links((ROOT / page).read_text("utf-8")) if ":" not in target]
    places = [posixpath.join(posixpath.dirname(page), target) for target in targets if target]
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_links_are_those_of_the_site() -> None:
    page = "[a](docs/reading.md#size) [b](CONTRIBUTING.md) ![c](docs/demo.png) [d](https://x.org) [e](#f)"
    wanted = "[a](reading.md#size) [b](contributing.md) ![c](demo.png) [d](https://x.org) [e](#f)"
    assert for_site(page, "README.md") == wanted
    assert for_site("[x](nowhere.py)", "README.md") == "[x](nowhere.py)", "it stays, and ends the build"
    assert (
        for_site("[x](../../README.md) [y](../grammars.md)", "docs/commands/a.md")
        == "[x](../index.md) [y](../grammars.md)"
    )
    assert (
        for_site("[x](../../device_runtime/samples/01-hand.png)", "docs/commands/a.md") == "[x](../samples/01-hand.png)"
    )
    assert for_site("[the code](../Makefile)", "docs/a.md") == "the code", "the site does not have it"


def test_marks_are_taken_out() -> None:
    page = "<!-- v:a.b:.1% -->8 %<!-- /v --> <!-- figure: a.b -->\nx\n<!-- end --><!-- run: ls -->y<!-- end run -->"
    assert for_site(page, "docs/a.md") == "8 % \nx\ny"


def test_the_site_gets_every_page_and_picture(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "stale.md").touch()
    prepare(tmp_path)
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"index.md", "contributing.md", "commands/read.md", "samples/01-hand.png", "demo.jpg"} <= made
    assert not any(name.endswith(".py") or name == "stale.md" for name in made)


def test_names_of_code_blocks_are_taken_out() -> None:
    assert for_site("```hex hello\n01\n```\n", "docs/a.md") == "```text\n01\n```\n"
    assert for_site("```python\nx\n```\n", "docs/a.md") == "```python\nx\n```\n"


def test_lists_in_lists_are_those_of_the_site() -> None:
    assert for_site("* a\n  * b\n  c\n", "docs/a.md") == "* a\n    * b\n  c\n"


def test_what_is_wrong_with_a_site_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="https://x.org">x</a><img src=b.png><link rel=icon href="../b.css">')
    assert complaints(tmp_path) == []
    (tmp_path / "b.html").write_text(
        '<script async src="https://cdn.x.org/y.js"></script><img alt=c src=//x.org/c.png>'
    )
    (tmp_path / "c.html").write_text("<p>```hex hello\n01</p>")
    assert [line.split()[0] for line in complaints(tmp_path)] == ["b.html", "b.html", "c.html"]
