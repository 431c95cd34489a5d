"""Builds the site: `python -m docs.build.site`, from docs/ and the pages at the root into site/.

The pages are copied to build/pages with their links turned to the site's, and MkDocs makes HTML of them. What came out
is checked too: no page may fetch anything from elsewhere. mkdocs.yml says the rest; every warning ends the build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs.build.links import OUTSIDE, ROOT, SAMPLES, for_site, site_place

PAGES = ROOT / "build" / "pages"
_FENCE = re.compile(r"^(?:<p>)?```.*", re.M)
SITE = ROOT / "site"
_HOME = "---\nhide: [navigation]\n---\n"  # the first page stands alone: no list of pages beside it
_FETCHED = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=["']?(?:https?:)?//[^>]*>""")


def prepare(folder: Path) -> None:
    """Copy everything that the site shows to a folder, as the site needs it."""
    shutil.rmtree(folder, ignore_errors=True)
    sources = [path for path in (ROOT / "docs").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    sources += [ROOT / name for name in OUTSIDE] + [*(ROOT / SAMPLES).glob("*.png")]
    for source in sources:
        name = source.relative_to(ROOT).as_posix()
        place = site_place(name)
        assert place is not None, name
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            text = for_site(source.read_text("utf-8"), name)
            (folder / place).write_text(_HOME + text if place == "index.md" else text, "utf-8")
        else:
            shutil.copyfile(source, folder / place)


def complaints(site: Path) -> list[str]:
    """What is wrong with the pages of a site: what they would fetch from elsewhere, blocks that are no HTML."""
    found = []
    for page in sorted(site.rglob("*.html")):
        text = page.read_text("utf-8")
        found += [f"{page.name} fetches from elsewhere: {tag}" for tag in _FETCHED.findall(text)]
        found += [f"{page.name} shows a block of code as it is written: {line}" for line in _FENCE.findall(text)]
    return found


def main() -> None:
    """Build the site; exits with 1 when anything is wrong with it."""
    prepare(PAGES)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # no advertisement between the warnings
    built = subprocess.run([sys.executable, "-m", "mkdocs", "build"], cwd=ROOT, env=environment, check=False)
    found = complaints(SITE) if built.returncode == 0 else []
    for line in found:
        print(f"posteye: {line}", file=sys.stderr)
    sys.exit(1 if built.returncode or found else 0)


if __name__ == "__main__":
    main()
