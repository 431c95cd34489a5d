"""From the repository's Markdown to the site's: links and marks, as plain text in and out."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Pages of the site that lie outside of docs/.
OUTSIDE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
SAMPLES = "device_runtime/samples"

_MARK = re.compile(r"<!-- (?:/?v\b|figure:|end\b|run:|end run).*?-->", re.S)
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s]+)\)")
_NAMED = re.compile(r"^```\w+ [\w-]+$", re.M)  # a block with a name, for the tests that read it
_INNER = re.compile(r"^  (?=[*-] )", re.M)  # a list in a list
_CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.S | re.M)


def links(text: str) -> list[str]:
    """The targets of the links and pictures of a page, those in code left out."""
    return [target for _, _, target in _LINK.findall(_CODE.sub(_kept_text, text))]


def _kept_text(code: re.Match[str]) -> str:
    return "" if code[0].startswith("```") else "code"


def for_site(text: str, source: str) -> str:
    """A page of the repository as a page of the site.

    Args:
        text: Markdown.
        source: its path in the repository, such as `docs/commands/read.md`.

    Returns:
        Markdown as MkDocs wants it: without the marks of figures and examples and the names of code blocks, inner lists
        with four spaces. Links to pages outside of docs/ lead to where the site has them; links to other files of the
        repository become plain text.
    """
    text = _INNER.sub("    ", _NAMED.sub("```text", _MARK.sub("", text)))
    return _LINK.sub(lambda link: _link(link, source), text)


def site_place(path: str) -> str | None:
    """Where the site has a file of the repository; None where it does not have it."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if posixpath.dirname(path) == SAMPLES and path.endswith(".png"):
        return f"samples/{posixpath.basename(path)}"
    return OUTSIDE.get(path)


def _link(link: re.Match[str], source: str) -> str:
    picture, words, target = link.groups()
    place, hash_sign, anchor = target.partition("#")
    if not place or ":" in place:
        return link[0]
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), place))
    page = site_place(path)
    if page is None:
        return words if (ROOT / path).exists() else link[0]
    here = posixpath.dirname(site_place(source) or "")
    return f"{picture}[{words}]({posixpath.relpath(page, here or '.')}{hash_sign}{anchor})"
