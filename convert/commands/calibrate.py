"""`posteye calibrate`: finds how far to trust a bundle's confidences, on strings that it was not trained on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from train.segmentation.segmenter import SEGMENTERS


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--strips",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of held-out strips that `posteye train` left (held-out-1.npz); more than one if given again.",
)
@click.option("--folder", type=click.Path(path_type=Path), help="A folder of labelled fields instead: your own mail.")
@click.option("--country", help="With --folder: the country whose codes the fields hold.")
@click.option("--pattern", help="With --folder: a regular expression for the codes; narrows --country.")
@click.option("--lexicon", type=click.Path(path_type=Path), help="With --folder: the file of all codes there are.")
@click.option(
    "--segmenter",
    "only",
    type=click.Choice(SEGMENTERS),
    help="Calibrate this segmentation method alone; default: both.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write another bundle instead of changing BUNDLE.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a segmenter.")
def calibrate(
    bundle: Path,
    strips: tuple[Path, ...],
    folder: Path | None,
    country: str | None,
    pattern: str | None,
    lexicon: Path | None,
    only: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit the confidences of BUNDLE to strings of known truth and write them into its manifest.

    Strips are read twice each: as a number of any length, and as one whose length is known. Half of the readings serve
    to fit; on the other half the calibration error is measured and printed. Then all of them are fitted. Thresholds
    keep their error on every kind of string: on hand and print apart, and on what a column `kind` of labels.csv names.

    \b
    Examples:
      posteye calibrate bundle --strips run/held-out-1.npz
      posteye calibrate bundle --folder labelled --country DE --out bundle-station-7
    """
    # Here, so that --help needs no torch.
    from convert.bundle.calibration import calibrate_bundle
    from convert.bundle.writer import check_target

    loaded = load_bundle(bundle)
    check_target(out or bundle)
    if bool(strips) == bool(folder):
        raise PosteyeError("give strips with --strips or labelled fields with --folder")
    if strips and (country or pattern or lexicon):
        raise PosteyeError("--country, --pattern and --lexicon go with --folder; strips hold any number")
    grammar = Grammar.chosen(country, pattern, lexicon, loaded.manifest.alphabet)
    segmenters = (only,) if only else SEGMENTERS
    for line in calibrate_bundle(loaded, strips, folder, grammar, segmenters, out or bundle):
        click.echo(json.dumps(line) if as_json else "  ".join(f"{key} {value}" for key, value in line.items()))
