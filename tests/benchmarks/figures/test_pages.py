"""Pages show what the results files say, and files are of the code and the bundle that there are."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.figures import files as figure_files
from benchmarks.figures import list as figure_list
from benchmarks.figures import pages, provenance
from benchmarks.figures.__main__ import main
from benchmarks.figures.blocks import filled, shown
from benchmarks.figures.figure import Figure
from benchmarks.figures.files import keep, load, load_all
from benchmarks.figures.list import FIGURES
from benchmarks.figures.measure import Place
from device_runtime.errors import PosteyeError

VALUES: dict[str, Any] = {
    "exact": 0.8293,
    "bytes": 141688,
    "table": {"heads": ["set", "exact"], "lines": [["amounts", "82.9 %"]]},
    "output": ["$ posteye evaluate", "", "exact 82.9 %"],
}
PAGE = """# Page

Reads <!-- v:made.exact:.1% -->?<!-- /v --> in <!-- v:made.bytes:, -->?<!-- /v --> bytes.

<!-- figure: made.table -->
<!-- end -->

<!-- figure: made.output -->
what stood here before
<!-- end -->

<!-- figure: made.origin -->
<!-- end -->
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one figure, its code, its page, a bundle and a results file that was kept just now."""
    (tmp_path / "code.py").write_text("x = 1\n")
    (tmp_path / "page.md").write_text(PAGE)
    shipped = tmp_path / provenance.SHIPPED.relative_to(provenance.ROOT)
    shutil.copytree(provenance.SHIPPED, shipped)
    monkeypatch.setitem(FIGURES, "made", Figure("made", "made --folder {data}", 1, ("code.py",)))
    real = provenance.code_hash
    monkeypatch.setattr(provenance, "commit", lambda _: ("0123456789" * 4, False))
    monkeypatch.setattr(provenance, "code_hash", lambda patterns, root=tmp_path: real(patterns, root))
    keep(
        "made", tmp_path / "results" / "made.json", VALUES, data={"page": tmp_path / "page.md"}, seed=3, bundle=shipped
    )
    pages.fill(tmp_path, tmp_path / "results")
    return tmp_path


def complaints(repository: Path) -> list[str]:
    return pages.complaints(repository, repository / "results")


def test_a_page_is_filled_and_stays_as_it_is(repository: Path) -> None:
    text = (repository / "page.md").read_text()
    assert "-->82.9 %<!-- /v --> in" in text and "-->141,688<!-- /v -->" in text
    assert "\n\n| set     | exact  |\n|---------|--------|\n| amounts | 82.9 % |\n\n<!-- end -->" in text
    assert "\n    $ posteye evaluate\n\n    exact 82.9 %\n" in text and "what stood here before" not in text
    assert "at commit 01234567" in text and ", seed 3, by `" in text
    assert complaints(repository) == []
    assert pages.fill(repository, repository / "results") == []


@pytest.mark.parametrize(
    "old, new", [("82.9 %<!--", "83.9 %<!--"), ("| amounts |", "| accounts |"), ("exact 82", "exact 83")]
)
def test_a_changed_page_fails(repository: Path, old: str, new: str) -> None:
    page = repository / "page.md"
    page.write_text(page.read_text().replace(old, new))
    found = complaints(repository)
    assert (
        len(found) == 1 and found[0].startswith("page.md: made.") and "python -m benchmarks.figures.pages" in found[0]
    )


def test_changed_code_fails_with_the_command_and_a_comment_does_not(repository: Path) -> None:
    (repository / "code.py").write_text('"""A word."""\n\nx = 1  # one\n')
    assert complaints(repository) == []
    (repository / "code.py").write_text("x = 2\n")
    (found,) = complaints(repository)
    assert "made: the code behind it changed since 01234567" in found and "benchmarks.figures made --data" in found


def test_a_changed_bundle_fails(repository: Path) -> None:
    manifest = repository / provenance.SHIPPED.relative_to(provenance.ROOT) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"strings": ', '"strings": 1'))
    (found,) = complaints(repository)
    assert "made: the bundle behind it changed" in found


def test_a_record_needs_no_measuring_but_the_page_must_say_it(repository: Path) -> None:
    (repository / "code.py").write_text("x = 2\n")
    pages.record("made", "It takes a week.", repository / "results")
    (found,) = complaints(repository)
    assert found == "page.md: made.origin is not what its file says; run python -m benchmarks.figures.pages"
    pages.fill(repository, repository / "results")
    assert complaints(repository) == []
    assert "Not repeated with every change: It takes a week.*" in (repository / "page.md").read_text().replace(
        "\n", " "
    )
    page = repository / "page.md"
    page.write_text(page.read_text().split("<!-- figure: made.origin")[0])
    (found,) = complaints(repository)
    assert "made is a record, and the page does not say so" in found


def test_marks_without_an_answer_are_refused(repository: Path) -> None:
    files = load_all(repository / "results")
    for mark, said in (
        ("<!-- v:none.exact -->1<!-- /v -->", r"no results file none\.json"),
        ("<!-- v:made.wrong -->1<!-- /v -->", r"made\.json has no value wrong"),
        ("<!-- v:made.exact:d -->1<!-- /v -->", "cannot be shown as 'd'"),
        ("<!-- figure: made.exact -->\n<!-- end -->", "neither a table nor lines"),
    ):
        with pytest.raises(PosteyeError, match=said):
            filled(mark, files, {})


def test_values_are_shown_as_people_write_them() -> None:
    assert [shown(0.5, ".1%"), shown(1234567, ","), shown("a word", ""), shown(2.0, ".2f")] == [
        "50.0 %",
        "1,234,567",
        "a word",
        "2.00",
    ]


def test_what_is_kept_is_read_back_and_names_no_place(repository: Path) -> None:
    path = repository / "results" / "made.json"
    results = load(path)
    assert results.values == VALUES and results.state == "measured" and len(results.code) == 64
    assert str(repository) not in path.read_text() and "/home" not in path.read_text()
    path.write_text("{}")
    with pytest.raises(PosteyeError, match=r"made\.json is no results file"):
        load(path)


def test_a_file_that_belongs_to_no_figure_is_named(repository: Path) -> None:
    shutil.copy(repository / "results" / "made.json", repository / "results" / "other.json")
    assert complaints(repository) == ["other: no figure of benchmarks/figures/list.py has this name"]


def test_figures_are_listed_measured_and_skipped(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(repository, repository / "results", {"made": FIGURES["made"]})
    called: list[list[str]] = []
    monkeypatch.setattr("subprocess.run", lambda words, **_: called.append(words))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, list(words), obj=place)
        return done.exit_code, f"{done.output}{done.exception or ''}"

    assert "made                1 min  up to date" in run()[1]
    assert run("--all", "--data", str(repository))[0] == 0 and called == []
    (repository / "code.py").write_text("x = 2\n")
    code, said = run("--all", "--data", str(repository))  # nothing is measured, so it is still due
    assert code == 1 and "1 figures, about 0 min\nmade: about 1 min" in said and "not measured: made" in said
    assert called[0][1:] == ["-m", "made", "--folder", str(repository), "--results", "results/made.json"]
    pages.record("made", "It takes a week.", repository / "results")
    assert run("--all", "--data", str(repository))[0] == 0 and len(called) == 1
    run("made", "--data", str(repository))
    assert len(called) == 2
    assert "there is no figure none; there are made" in run("none")[1]
    assert "give the folder that holds the data" in run("--all")[1]


def test_all_published_figures_hold() -> None:
    """The check itself; what it says names the figure and the command that measures it again."""
    found = pages.complaints()
    assert not found, "\n".join(["", *found])


def test_no_results_file_names_a_place_on_a_machine() -> None:
    for path in figure_files.RESULTS.rglob("*.json"):
        text = path.read_text()
        assert not any(word in text for word in ("/home/", "/root/", "/tmp/", "/work/", "/usr/")), path.name


def test_figures_name_code_that_there_is() -> None:
    for figure in figure_list.FIGURES.values():
        assert provenance.code_files(figure.code), figure.name
        assert not msgspec.json.encode(figure.command).count(b"--results")
