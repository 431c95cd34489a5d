"""What a page explains is what the reader did: the same scores, the same paths, the same shares."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from device_runtime import cli, samples
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.decoding.decoding_graph import make_decoding_graph
from device_runtime.decoding.masses import masses
from device_runtime.decoding.search import best_codes
from device_runtime.engines.numpy_engine import NumpyEngine
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.reader import Reader
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner, penalties_of_values
from device_runtime.types import Penalties, Strip
from tests.small_lattices import logs
from tests.stub import random_strips, stub_bundle
from tests.train.report.parsed import Page
from train.commands.explain import explain as command
from train.data.labelled import Labeled
from train.gtn.code_lattice import best_path, code_lattice, flow
from train.gtn.paths import forward_score
from train.report.activations import grad_cam, see
from train.report.embedding import folder_spots, layout, map_of
from train.report.explain import explain, explain_page

SAMPLES = Path(samples.__file__).parent / "samples"
FIELD = SAMPLES / "08-print.png"


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle()


def random_penalties(seed: int, columns: int) -> Penalties:
    logits = np.random.default_rng(seed).normal(0, 3, (columns, 12))
    values = np.log(np.exp(logits).sum(axis=1, keepdims=True)) - logits
    return penalties_of_values(values.astype(np.float32), np.arange(columns, dtype=np.float32) * 2 + 1, "0123456789")


@pytest.mark.parametrize("name", ["stub", "shipped"])
def test_rebuilt_net_scores_as_the_engine(name: str) -> None:
    bundle = load_bundle(stub_bundle() if name == "stub" else None)
    net, scanner = read_net(bundle.model), Scanner(bundle, NumpyEngine(bundle.model))
    strips = random_strips(4, 3) + [normalize(load_gray(FIELD)).pixels, np.zeros((32, 3), np.uint8)]
    for pixels in strips:
        output = bundle.manifest.output
        expected = (scanner.scores(pixels).astype(np.float64) - output.zero_point) * output.scale
        assert np.array_equal(see(net, bundle.manifest, pixels).logits.detach().numpy(), expected)


def test_maps_lie_where_their_ink_is(shipped: Bundle) -> None:
    """A dot's effect on every map is centred on the dot."""
    dot = np.zeros((32, 96), np.uint8)
    dot[15:18, 47:50] = 255
    net = read_net(shipped.model)
    with_dot, without = (see(net, shipped.manifest, pixels) for pixels in (dot, np.zeros_like(dot)))
    for layer, placed in enumerate(with_dot.placements[:4]):
        change = np.abs(with_dot.values(layer) - without.values(layer)).sum(axis=0)
        x = placed.first[1] + placed.step[1] * np.flatnonzero(change.any(axis=0))
        y = placed.first[0] + placed.step[0] * np.flatnonzero(change.any(axis=1))
        assert abs(x.mean() - 48) <= placed.step[1] and abs(y.mean() - 16) <= placed.step[0]


def test_grad_cam_stays_within_what_a_column_sees(shipped: Bundle) -> None:
    pixels = normalize(load_gray(FIELD)).pixels
    seen = see(read_net(shipped.model), shipped.manifest, pixels)
    column = len(seen.logits) // 2
    heat = grad_cam(seen, seen.deepest_picture, np.array([column]), int(seen.logits[column].argmax()))
    assert heat.shape == pixels.shape and heat.min() >= 0 and heat.max() == pytest.approx(1.0)
    x = 1 + 2 * column
    far = np.abs(np.arange(pixels.shape[1]) - x) > shipped.manifest.output.receptive_field_px // 2 + 4
    assert far.any() and not heat[:, far].any()


@pytest.mark.parametrize(("pattern", "seed"), [(r"\d{2,4}", 1), (r"\d{3}", 2), (r"\d{2}-\d{2}", 3), (r"[12]{3}", 4)])
def test_paths_cost_what_the_search_says(pattern: str, seed: int) -> None:
    penalties = random_penalties(seed, 24)
    lattice = scan_lattice(penalties)
    plan = make_decoding_graph(Grammar.from_pattern(pattern).automaton, "0123456789")
    for found in best_codes(plan, lattice, 3):
        path = best_path(found.code, penalties)
        # The search sums over what stands around the code, a path takes the best of it.
        assert path.penalty >= -found.score - 1e-6
        mass = masses(plan, lattice, [found.arcs])[0]
        assert -forward_score(code_lattice([found.code], penalties)) == pytest.approx(logs(mass, lattice), abs=2e-3)


def test_a_path_writes_its_code_column_by_column() -> None:
    values = np.full((9, 12), 5.0, np.float32)
    for column, kind in enumerate((11, 10, 4, 4, 10, 4, 7, 10, 10)):
        values[column, kind] = 0.1
    values[6, 11] = 4.0
    penalties = penalties_of_values(values, np.arange(9, dtype=np.float32), "0123456789")
    path = best_path("447", penalties)
    assert path.classes.tolist() == [11, 10, 4, 4, 10, 4, 7, 10, 10]
    assert path.penalty == pytest.approx(penalties.values[np.arange(9), path.classes].sum(), abs=1e-5)
    # "44" is a piece of a longer number: rubbish must part it from the 7, or the 7 must be rubbish.
    assert best_path("44", penalties).classes.tolist() == [11, 10, 4, 4, 10, 4, 11, 10, 10]
    with pytest.raises(ValueError, match="too few"):
        best_path("4" * 8, penalties)


def test_flow_is_all_of_it_in_every_column() -> None:
    penalties = random_penalties(7, 20)
    shares = flow(code_lattice(["123", "1-3", "55"], penalties), penalties)
    assert shares.shape == (19, 12, 12)
    assert np.allclose(shares.sum(axis=(1, 2)), 1)
    assert np.allclose(shares[:-1].sum(axis=1), shares[1:].sum(axis=2))  # what reaches a class leaves it


def test_the_layout_keeps_clusters_together_and_repeats_itself() -> None:
    random = np.random.default_rng(5)
    centers = random.normal(0, 6, (3, 20))
    points = np.concatenate([random.normal(center, 1, (25, 20)) for center in centers])
    place = layout(points)
    groups = place.reshape(3, 25, 2)
    middles = groups.mean(axis=1)
    spread = np.linalg.norm(groups - middles[:, None], axis=2).max()
    apart = min(np.linalg.norm(middles[i] - middles[j]) for i, j in ((0, 1), (0, 2), (1, 2)))
    assert apart > 2 * spread
    assert np.array_equal(place, layout(points))


def test_the_layout_survives_equal_points() -> None:
    assert np.isfinite(layout(np.ones((6, 4)))).all()


def test_map_shows_every_character_and_escapes_names(shipped: Bundle) -> None:
    strip = normalize(load_gray(FIELD))
    data = Labeled(
        [strip] * 5 + [Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), False)],
        ["20095"] * 4 + ["x", "1"],
        ["<b>"] * 6,
    )
    spots = folder_spots(data, Scanner(shipped, NumpyEngine(shipped.model)), read_net(shipped.model))
    assert len(spots) == 21
    drawn = Page(map_of(spots, spots[:2], "<i>.png"))
    assert len(drawn.all("image")) == 23
    assert [text for path, text in drawn.words if path.endswith("svg/text")] == ["1", "2"]
    assert not drawn.all("b") and not drawn.all("i")
    assert any("<i>.png" in text for text in drawn.inside("p"))
    assert sum("<b>" in text for text in drawn.inside("title")) == 23


def test_map_needs_characters(shipped: Bundle) -> None:
    scanner = Scanner(shipped, NumpyEngine(shipped.model))
    with pytest.raises(PosteyeError, match="too few"):
        folder_spots(Labeled([], [], []), scanner, read_net(shipped.model))


def test_page_tells_of_the_reading() -> None:
    reader = Reader(pattern=r"\d{5}", engine="numpy")
    found = explain(reader.read(FIELD, field=True, source="<img src=x>/<i>.png"), reader)
    assert found.paths[0].code == "20095"
    page = Page(explain_page(found, 2, ()))
    page.assert_safe()
    page.assert_pictures_have_words()
    assert page.inside("h2") == page.inside("nav") and page.inside("h2")[-1].startswith("Grad-CAM")
    assert page.inside("h1") == ["How 20095 was read"] and not page.all("i")
    best, rival = found.paths
    text = " ".join(page.inside("p"))
    assert (
        f"The best path of {rival.code} costs {rival.penalty - best.penalty:.2f} nats more than that of 20095" in text
    )
    assert [title for title in page.inside("h3") if re.match(r"\d: ", title)] == [
        f"{number}: {char.char} {char.confidence:.3f}" for number, char in enumerate(found.characters, start=1)
    ]
    with pytest.raises(PosteyeError, match="no character 6"):
        explain_page(found, 6, ())


def test_page_without_a_code() -> None:
    reader = Reader(pattern=r"\d{5}", engine="numpy")
    found = explain(reader.read(np.full((40, 90), 220, np.uint8), field=True), reader)
    assert not found.paths
    page = Page(explain_page(found, None, ()))
    assert sum("No code was read" in text for text in page.inside("p")) == 2


def test_only_what_was_scanned_is_explained() -> None:
    reader = Reader(pattern=r"\d{5}", engine="numpy", bundle=stub_bundle())
    too_long = np.tile(load_gray(FIELD), 20)
    with pytest.raises(PosteyeError, match=r"not scanned.*too long"):
        explain(reader.read(too_long, field=True), reader)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    out = tmp_path / "why.html"
    assert cli.COMMANDS["explain"].target == "train.commands.explain:explain"
    ran = CliRunner().invoke(command, [str(FIELD), "--field", "--pattern", r"\d{5}", "--out", str(out)])
    assert ran.exception is None and "20095" in ran.stdout
    assert out.read_text().startswith("<!doctype html>")
