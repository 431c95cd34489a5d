"""Mail pieces: seeded, with a truth that lies where the ink is, and nothing shared between the parts but countries."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from train.data.writers import Writer
from train.synthesis.pieces.generator import PieceGenerator
from train.synthesis.pieces.ink.capitals import TEST_CONTRIBUTORS, load_capitals
from train.synthesis.pieces.kinds import KINDS
from train.synthesis.pieces.parts import TEST_COUNTRIES, Part, supplies
from train.synthesis.pieces.piece import Piece


def test_the_same_seed_gives_the_same_pieces(writers: list[Writer], strokes: Path) -> None:
    a, b = (PieceGenerator(writers, 3, "train", strokes=strokes) for _ in range(2))
    for _ in range(4):
        one, other = a.piece(longest_px=320), b.piece(longest_px=320)
        np.testing.assert_array_equal(one.image, other.image)
        assert one.numbers == other.numbers and one.conditions == other.conditions


def test_parts_and_seeds_give_other_pieces(writers: list[Writer], strokes: Path) -> None:
    drawn: tuple[tuple[int, Part], ...] = ((3, "train"), (4, "train"), (3, "test"))
    made = [PieceGenerator(writers, seed, part, strokes=strokes).piece(longest_px=320) for seed, part in drawn]
    assert len({piece.image.tobytes() for piece in made}) == 3


def test_all_kinds_writings_and_turns_come(coded: list[Piece]) -> None:
    assert {p.conditions["kind"] for p in coded} == {kind.name for kind in KINDS}
    assert {"print", "hand", "boxes"} <= {str(p.conditions["writing"]) for p in coded}
    assert {p.quarter_turns for p in coded} == {0, 1, 2, 3}
    assert 0.5 < np.mean([any(n.role == "sender" for n in p.numbers) for p in coded]) < 0.9


def test_shares_are_whole() -> None:
    assert sum(kind.share for kind in KINDS) == pytest.approx(1)
    assert all(sum(kind.writings.values()) == pytest.approx(1) for kind in KINDS)
    by_hand = sum(kind.share * (1 - kind.writings["print"]) for kind in KINDS)
    assert by_hand == pytest.approx(0.15, abs=0.01)


def test_the_destination_is_in_the_frame_and_is_a_code(coded: list[Piece]) -> None:
    for piece in coded:
        height, width = piece.image.shape[:2]
        assert max(height, width) == 640 and piece.image.dtype == np.uint8
        wanted = [n for n in piece.numbers if n.role == "destination"]
        assert wanted and {n.text for n in wanted} == {piece.code}
        assert Grammar.from_country(piece.country).accepts(str(piece.code))
        for number in wanted:
            assert all(0 <= x < width and 0 <= y < height for x, y in number.corners)


def test_numbers_run_in_the_direction_of_reading(coded: list[Piece]) -> None:
    for piece in coded:
        turn = 90 * piece.quarter_turns + float(piece.conditions["rotation_deg"])
        for number in piece.numbers:
            if number.role == "destination":
                (x0, y0), (x1, y1) = number.corners[:2]
                off = (np.degrees(np.arctan2(y1 - y0, x1 - x0)) - turn + 180) % 360 - 180
                assert abs(off) < 15


def test_corners_are_where_the_ink_is(coded: list[Piece]) -> None:
    looked_at = 0
    for piece in coded:
        plain = piece.conditions["paper"] in ("white", "cream") and piece.conditions["writing"] == "print"
        if not plain or piece.conditions.get("glare") == "yes" or piece.conditions.get("shadow") == "yes":
            continue
        gray = cv2.cvtColor(piece.image, cv2.COLOR_RGB2GRAY)
        number = next(n for n in piece.numbers if n.role == "destination")
        looked_at += 1
        # The field squared up, 80 x 24 px with 20 px of paper around: there is ink in each quarter of it.
        source = np.array(number.corners, np.float32)
        target = np.array([[20, 20], [99, 20], [99, 43], [20, 43]], np.float32)
        field = cv2.warpPerspective(gray, cv2.getPerspectiveTransform(source, target), (120, 64))
        paper = float(np.median(field))
        inside = field[20:44, 20:100]
        darkest = [float(np.quantile(part, 0.1)) for part in np.array_split(inside, 4, axis=1)]
        assert max(darkest) < 0.88 * paper, piece.conditions
    assert looked_at > 20


def test_blocks_hold_their_lines(coded: list[Piece]) -> None:
    for piece in coded:
        assert any(block.role == "destination" for block in piece.blocks)
        for block in piece.blocks:
            around = np.array(block.corners, np.float32)
            for line in block.lines:
                for x, y in line:
                    assert cv2.pointPolygonTest(around, (float(x), float(y)), True) > -2


def test_pieces_without_a_code_have_none(codeless: list[Piece]) -> None:
    kinds = set()
    for piece in codeless:
        assert piece.code is None
        assert not any(n.role == "destination" for n in piece.numbers)
        grammar = Grammar.from_country(piece.country)
        assert not any(n.role == "sender" for n in piece.numbers)
        assert not any(grammar.accepts(n.text) for n in piece.numbers if n.kind in ("foreign", "struck"))
        kinds |= {n.kind for n in piece.numbers}
    assert {"house", "box", "date", "phone", "tracking", "customer", "foreign"} <= kinds


def test_other_numbers_are_not_the_destination(coded: list[Piece]) -> None:
    kinds = {n.kind for piece in coded for n in piece.numbers if n.role == "other"}
    assert {"house", "box", "date", "amount", "phone", "account", "tracking", "customer", "struck"} <= kinds
    assert all(n.kind in ("destination", "sender", "lettered") for p in coded for n in p.numbers if n.role != "other")


def test_the_parts_share_neither_layouts_nor_hands(strokes: Path) -> None:
    for kind in KINDS:
        assert kind.layouts["train"] and kind.layouts["test"]
        assert not set(kind.layouts["train"]) & set(kind.layouts["test"])
    assert not set(load_capitals(strokes, "train")) & set(load_capitals(strokes, "test"))
    assert set(load_capitals(strokes, "test")) <= set(TEST_CONTRIBUTORS)


def test_the_parts_share_no_font() -> None:
    try:
        train, test = supplies("train"), supplies("test")
    except PosteyeError as error:
        pytest.skip(str(error))
    assert not set(train.print_fonts) & set(test.print_fonts)
    assert not set(train.hand_fonts) & set(test.hand_fonts)
    assert set(test.countries) - set(train.countries) == set(TEST_COUNTRIES)


def test_a_piece_can_be_drawn_small(writers: list[Writer]) -> None:
    piece = PieceGenerator(writers, 6, "train").piece(longest_px=200)
    assert max(piece.image.shape) == 200


def test_a_sender_may_have_the_only_code(sent: list[Piece]) -> None:
    assert all(piece.code is None for piece in sent)
    assert not any(number.role == "destination" for piece in sent for number in piece.numbers)
    coded = [piece for piece in sent if any(number.kind == "sender" for number in piece.numbers)]
    assert len(coded) > 0.7 * len(sent)  # registers have none, and some have no room
    addressed = [piece for piece in coded if any(block.role == "destination" for block in piece.blocks)]
    assert 0.3 * len(coded) < len(addressed) < 0.95 * len(coded)
    turns = [abs(float(piece.conditions["rotation_deg"])) for piece in sent]
    assert sum(turn > 8 for turn in turns) > 0.1 * len(sent)


def test_numbers_may_be_as_long_as_a_code(alike: list[Piece]) -> None:
    assert all(piece.code is None for piece in alike)
    found = 0
    for piece in alike:
        grammar = Grammar.from_country(piece.country)
        shortest = grammar.lengths()[0]
        found += any(n.kind in ("house", "box") and sum(c.isdigit() for c in n.text) == shortest for n in piece.numbers)
    assert found > 0.6 * len(alike)
