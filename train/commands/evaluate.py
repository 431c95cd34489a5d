"""`posteye evaluate`: how well a bundle reads MNIST, USPS or a folder of labelled fields or whole pictures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.commands.options import BUNDLE_HELP, UPRIGHT_HELP
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import read_augmented
from device_runtime.decoding.strip_reader import looking
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import require_writable, write_text
from device_runtime.grammar.grammar import Grammar
from device_runtime.reader import DEFAULT_MAX_ERROR, DEFAULT_PATTERN, Reader
from device_runtime.recognition.recognizer import SCAN
from train.segmentation.segmenter import SEGMENTERS, recognizer

if TYPE_CHECKING:
    from train.evaluation.confusion import Confusion

_DIGITS = ("mnist", "usps")


@click.command()
@click.argument("what", metavar="mnist|usps|FOLDER")
@click.option("--field", is_flag=True, help="Each image of FOLDER is one text field; default: a whole picture.")
@click.option("--country", help="Country whose codes to read; `posteye grammar --list` shows all.")
@click.option(
    "--pattern",
    help=r"Regular expression that the whole code must match; default: \d{3,9}, for digits \d. It narrows --country.",
)
@click.option(
    "--lexicon", type=click.Path(path_type=Path), help="File of all codes there are: one a line, or compiled."
)
@click.option("--segmenter", type=click.Choice(SEGMENTERS), default=SCAN, show_default=True, help="Scan, or cut first.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    help=BUNDLE_HELP,
)
@click.option("--engine", type=click.Choice(engines.ENGINES), help="Interpreter of the model.")
@click.option(
    "--float", "run", type=click.Path(path_type=Path), help="A training folder: its float net is measured too."
)
@click.option("--mnist", type=click.Path(path_type=Path), help="Folder of MNIST's four idx files; default: pip.")
@click.option("--usps", type=click.Path(path_type=Path), help="USPS digits: the file zip.train.gz or zip.test.gz.")
@click.option("--answers", type=click.Path(path_type=Path), help="CSV file to write every reading to.")
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="PNG file: reliability, and error against reject."
)
@click.option(
    "--gallery", "page", type=click.Path(path_type=Path, dir_okay=False), help="HTML page of figures, errors, rejects."
)
@click.option("--upright", is_flag=True, help=UPRIGHT_HELP)
@click.option("--by", multiple=True, help="Column of labels.csv to break the figures of whole pictures down by.")
@click.option("--confusion", "show_confusion", is_flag=True, help="Count which digit is read as which.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    what: str,
    field: bool,
    country: str | None,
    pattern: str | None,
    lexicon: Path | None,
    segmenter: str,
    bundle: Path | None,
    engine: str | None,
    run: Path | None,
    mnist: Path | None,
    usps: Path | None,
    answers: Path | None,
    plot: Path | None,
    page: Path | None,
    upright: bool,
    by: tuple[str, ...],
    show_confusion: bool,
    as_json: bool,
) -> None:
    """Measure a bundle on MNIST's test digits, USPS's digits or a FOLDER with labels.csv (file,code).

    With --field the images of FOLDER are text fields: the figures tell what net and decoder make of them. Without it
    they are whole pictures and read as `posteye read` reads them: lines are located, the best reading is reported, and
    every rule counts that rejects. Their labels.csv may have the columns country, role and corners, and numbers.csv
    beside it every other number that they hold: then the figures tell what was located and what wrong codes are.

    \b
    Examples:
      posteye evaluate mnist --float run
      posteye evaluate letters/ --country DE --answers readings.csv
      posteye evaluate letters/ --country DE --by writing --gallery failures.html
      posteye evaluate strips/ --field --pattern '\\d{1,8}' --answers readings.csv
      posteye evaluate strips/ --field --country DE --plot trust.png --gallery errors.html
      posteye evaluate usps --usps zip.train.gz --confusion
    """
    # Here, so that --help needs no torch.
    from train.data.labelled import folder_strips, mnist_strips, usps_strips
    from train.data.mnist import load_mnist
    from train.evaluation.confusion import confusion
    from train.evaluation.evaluate import FIELDS_NOTE, float_recognizer, read_all, table
    from train.evaluation.plots import draw
    from train.report.gallery import Evaluated, gallery

    for path in filter(None, (answers, plot, page)):
        require_writable(path)
    if what not in _DIGITS and not field:
        fields_only = {"--float": run, "--plot": plot, f"--segmenter {segmenter}": segmenter != SCAN}
        for option, given in fields_only.items():
            if given:
                raise PosteyeError(f"{option} is for text fields; add --field, or leave {option} out")
        options: dict[str, Any] = {"pattern": pattern, "lexicon": lexicon, "bundle": bundle, "engine": engine}
        _whole_pieces(Path(what), country, options, upright, by, answers, page, show_confusion, as_json)
        return
    if upright:
        raise PosteyeError("--upright is for whole pictures; text fields are taken to be the right way up here")
    if by:
        raise PosteyeError("--by is for whole pictures; the page of --gallery slices text fields by every column")

    if what in _DIGITS and (country or lexicon):
        raise PosteyeError(f"{what} is single digits; leave out {'--country' if country else '--lexicon'}")
    loaded = load_bundle(bundle)
    alphabet = loaded.manifest.alphabet
    calibration = loaded.calibration(segmenter) if plot or page else None
    if what == "mnist":
        default, data = r"\d", mnist_strips(load_mnist(mnist).test)
    elif what == "usps":
        if usps is None:
            raise PosteyeError("the USPS digits do not install by name; give their file by --usps zip.train.gz")
        default, data = r"\d", usps_strips(usps)
    else:
        default, data = DEFAULT_PATTERN, folder_strips(Path(what))
    grammar = Grammar.chosen(country, pattern, lexicon, alphabet) or Grammar.from_pattern(default, alphabet)
    decoder = Decoder(grammar, alphabet)
    recognize = recognizer(segmenter, loaded, engine)
    scanner = recognize.scanner
    name = scanner.engine.name if segmenter == SCAN else f"{scanner.engine.name} {segmenter}"
    rows = [(f"int8 {name}", read_all(data, recognize, decoder, "int8"))]
    if run:
        rows.insert(0, ("float", read_all(data, float_recognizer(run, alphabet), decoder, "float")))
    outcome = rows[-1][1]
    if answers:
        sure = [f"{confidence:.6f}" for confidence in outcome.confidences]
        said = [code or "" for code in outcome.codes]
        _write(answers, ("name", "truth", "code", "confidence"), zip(data.names, data.codes, said, sure, strict=True))
    mistakes = confusion(outcome.codes, data.codes, alphabet)
    about = {"what": what, "images": "text fields", "grammar": grammar.name}
    text = table(rows, "" if what in _DIGITS else FIELDS_NOTE)
    _show(about | {name: o.summary() for name, o in rows}, text, mistakes if show_confusion else None, as_json)
    if page and calibration:
        setup = {
            "grammar": grammar.name,
            "bundle": loaded.manifest.name,
            "version": loaded.manifest.version,
            "by": name,
        }
        again = partial(read_augmented, look=looking(recognize, decoder))
        columns = scanner if segmenter == SCAN else None
        found = Evaluated(data, outcome, mistakes, calibration, DEFAULT_MAX_ERROR, again, columns, setup)
        write_text(page, gallery(f"How {Path(what).name} is read", found))
    if plot and calibration:
        draw(outcome, data.codes, calibration, f"{what}: {grammar.name}", plot)


def _whole_pieces(
    folder: Path,
    country: str | None,
    options: Mapping[str, Any],
    upright: bool,
    by: Sequence[str],
    answers: Path | None,
    page: Path | None,
    show_confusion: bool,
    as_json: bool,
) -> None:
    """Read the whole pictures of a folder, and print and write what comes of it.

    Args:
        folder: With labels.csv.
        country: Whose codes are read on pieces whose row names no country.
        options: Further ones of the reader.
        upright: Whether the pictures are known to be the right way up.
        by: Columns to break the figures down by.
        answers: File for every reading.
        page: File for the gallery.
        show_confusion: Whether to count which digit is read as which.
        as_json: Whether machines read what is printed.
    """
    from train.data.piece_labels import read_pieces
    from train.evaluation import pieces
    from train.evaluation.confusion import confusion
    from train.evaluation.piece_table import by_table, table
    from train.report.piece_gallery import Shown, load_upright, piece_gallery

    labelled = read_pieces(folder)
    for column in by:
        if not any(column in piece.columns for piece in labelled):
            raise PosteyeError(f"{folder / 'labels.csv'} has no column {column!r} to break figures down by")
    # All of them before the first piece is read, as one may be asked for in vain.
    readers = {of: Reader(country=of or country, **options) for of in dict.fromkeys(p.country for p in labelled)}
    looks = pieces.read_pieces(labelled, readers.__getitem__, upright)
    figures = pieces.PieceFigures([look.judged for look in looks])
    if answers:
        _write(answers, pieces.ANSWER_HEADS, (piece.row() for piece in figures.pieces))
    reader = next(iter(readers.values()))
    name = f"int8 {reader.engine.split()[0]}"
    grammars = ", ".join(dict.fromkeys(reader.grammar.name for reader in readers.values()))
    groups = {column: figures.by(column) for column in by}
    text = "\n".join(
        [table(name, figures, reader.max_error), *(f"\n{by_table(column, some)}" for column, some in groups.items())]
    )
    counted = None
    if show_confusion:
        truths = [piece.truth for piece in figures.pieces]
        counted = confusion([piece.code for piece in figures.pieces], truths, reader.bundle.manifest.alphabet)
    about: dict[str, Any] = {"what": str(folder), "images": "whole pictures", "grammar": grammars}
    told = figures.summary() | {"max_error": reader.max_error}
    split = {column: {value: some.summary() for value, some in rows.items()} for column, rows in groups.items()}
    _show(about | {name: told} | ({"by": split} if by else {}), text, counted, as_json)
    if page:
        manifest = reader.bundle.manifest
        setup = {"grammar": grammars, "bundle": manifest.name, "version": manifest.version, "by": reader.engine}
        shown = [
            Shown(look, piece.truth, partial(load_upright, piece.path))
            for look, piece in zip(looks, labelled, strict=True)
        ]
        write_text(page, piece_gallery(f"How {folder.resolve().name} is read", shown, by, setup))


def _show(figures: dict[str, Any], text: str, mistakes: Confusion | None, as_json: bool) -> None:
    """Print the figures, and the confusion if it was asked for, for machines or for people."""
    from train.evaluation.confusion import table

    if as_json:
        click.echo(json.dumps(figures | ({"confusion": mistakes.as_dict()} if mistakes else {})))
    else:
        click.echo("\n".join([text, *([table(mistakes)] if mistakes else [])]))


def _write(path: Path, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([heads, *rows])
    write_text(path, text.getvalue())
