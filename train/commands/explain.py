"""`posteye explain`: a page about how one image is read, made from a bundle alone."""

from __future__ import annotations

from pathlib import Path

import click

from device_runtime.commands.options import BUNDLE_HELP
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import require_writable, write_text
from device_runtime.reader import Reader
from device_runtime.recognition.recognizer import SCAN
from train.segmentation.segmenter import SEGMENTERS


@click.command()
@click.argument("image", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The HTML page to write.")
@click.option("--field", is_flag=True, help="The image is one text field already: do not look for lines.")
@click.option("--country", help="Country whose codes to read; `posteye grammar --list` shows all.")
@click.option(
    "--pattern", help=r"Regular expression that the whole code must match, e.g. '\d{5}(-\d{4})?'. It narrows --country."
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
@click.option(
    "--character", type=click.IntRange(min=1), help="The character to look at closely; default: the least sure."
)
@click.option(
    "--map", "folder", type=click.Path(path_type=Path), help="Folder with labels.csv: a map of its characters too."
)
def explain(
    image: Path,
    out: Path,
    field: bool,
    country: str | None,
    pattern: str | None,
    lexicon: Path | None,
    segmenter: str,
    bundle: Path | None,
    character: int | None,
    folder: Path | None,
) -> None:
    """Write a page about how IMAGE is read: filters, feature maps, class scores, lattice, Grad-CAM.

    With --segmenter hos it shows the strip with its cuts and the segmentation graph instead.

    \b
    Examples:
      posteye explain field.png --field --pattern '\\d{5}' --out why.html
      posteye explain field.png --field --country DE --character 3 --map labelled/ --out why.html
      posteye explain field.png --field --country DE --segmenter hos --out cuts.html
    """
    # Here, so that --help needs no torch.
    from train.data.labelled import folder_strips
    from train.report.embedding import folder_spots
    from train.report.explain import explain as find
    from train.report.explain import explain_page
    from train.report.explain_segments import explain_segments, segments_page

    require_writable(out)
    if segmenter != SCAN:
        for option, given in (("--character", character), ("--map", folder)):
            if given is not None:
                raise PosteyeError(f"{option} needs scanned columns; leave out {option} or --segmenter {segmenter}")
        if not field:
            raise PosteyeError(
                f"--segmenter {segmenter} is for text fields; add --field, or leave --segmenter {segmenter} out"
            )
    reader = Reader(country=country, pattern=pattern, lexicon=lexicon, bundle=bundle)
    if segmenter == SCAN:
        found = find(reader.read(image, field=field), reader)
        spots = folder_spots(folder_strips(folder), reader.scanner, found.net) if folder else []
        code, page = found.result.reading.code, explain_page(found, character, spots)
    else:
        segmented = explain_segments(image, reader.bundle, reader.scanner, reader.grammar)
        code, page = segmented.reading.code, segments_page(segmented)
    write_text(out, page)
    click.echo(f"{code or 'no code'}: {out}")
