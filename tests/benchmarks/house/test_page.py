"""docs/architecture.md tells the truth: its pictures and table are those that the code gives today."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.house import building, data_path
from benchmarks.house.building import draw_house
from benchmarks.house.data_path import STAGES, draw_data_path
from benchmarks.house.page import PAGE, rendered, write
from benchmarks.house.rooms import PACKAGES, House, Room, house

measured = cache(house)


def words(svg: str) -> set[str]:
    """All that is written in a picture, which must be well-formed."""
    return {unescape(text.text or "") for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")}


def test_the_page_and_its_pictures_are_those_of_the_code() -> None:
    for name, text in rendered(measured(), PAGE.read_text()).items():
        assert (PAGE.parent / name).read_text() == text, f"{name} is old: run python -m benchmarks.house"


def test_every_room_is_in_the_picture_and_has_its_row_and_its_paragraph() -> None:
    drawn, page = words(draw_house(measured())), PAGE.read_text()
    for package in PACKAGES:
        for room in measured().rooms(package):
            if not room.startswith("_"):
                assert room in drawn, f"{package}.{room} is not drawn"
                assert f"\n| {package}.{room} |" in page
                assert package == "benchmarks" or room in page.split("## Who imports whom")[0]


def test_rooms_import_only_rooms_on_lower_floors() -> None:
    for package, floors in measured().floors.items():
        heights = {room.name: -number for number, floor in enumerate(floors) for room in floor}
        for room in measured().rooms(package):
            own = [
                name.partition(".")[2]
                for name in measured().imports[f"{package}.{room}"]
                if name.startswith(f"{package}.")
            ]
            assert all(heights[name] < heights[room] for name in own), (package, room, own)


def test_a_room_is_drawn_as_built_when_it_is() -> None:
    for package, floors in measured().floors.items():
        for room in (room for floor in floors for room in floor):
            assert room.built == (find_spec(f"{package}.{room.name}") is not None), f"{package}.{room.name}"


def test_a_change_of_the_code_changes_page_and_picture(tmp_path: Path) -> None:
    (tmp_path / PAGE.name).write_text(PAGE.read_text())
    attic: tuple[tuple[Room, ...], ...] = ((Room("attic", True),), *measured().floors["train"])
    found = House(measured().floors | {"train": attic}, measured().imports | {"train.attic": ("train.data",)})
    write(found, tmp_path)
    assert "| train.attic | data |  |" in (tmp_path / PAGE.name).read_text()
    assert "attic" in words((tmp_path / "architecture" / "house.svg").read_text())


def test_packages_are_joined_by_the_arrows_from_which_all_imports_follow() -> None:
    arrows = [("benchmarks", "convert"), ("convert", "train"), ("device_runtime", "firmware_bridge")]
    assert measured().package_imports() == [*arrows, ("posteye", "device_runtime"), ("train", "device_runtime")]
    direct = House({}, {"a.x": ("b.y", "c.z"), "b.y": ("c.z",), "c.z": ()})
    assert direct.package_imports() == [("a", "b"), ("a", "c"), ("b", "c")]  # c is no package of ours to go through


def test_the_data_path_is_that_of_the_code() -> None:
    for stage in STAGES:
        assert stage.built == (find_spec(f"device_runtime.{stage.room}") is not None), stage.room
        imports = measured().imports.get(f"device_runtime.{stage.room}", ())
        assert all(f"device_runtime.{room}" in imports for room in stage.needs), stage.room
        if stage.built:
            assert f"device_runtime.{stage.room}" in stage.gives
    assert "firmware_bridge" in measured().imports["device_runtime.report"]
    assert {"Strip", "Reading", "ReadingMessage"} < words(draw_data_path())


def test_a_value_of_another_type_is_another_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    image = next(stage for stage in STAGES if stage.room == "image")
    assert image.value == "Strip"
    changed = replace(image, gives="device_runtime.piece.finding.lines:find_lines")
    monkeypatch.setattr(data_path, "STAGES", tuple(changed if stage is image else stage for stage in STAGES))
    assert "list" in words(draw_data_path()) and "Strip" not in words(draw_data_path())


def test_each_note_in_the_picture_is_of_a_room_that_stands_alone_on_its_floor() -> None:
    alone = {f"{p}.{floor[0].name}" for p, floors in measured().floors.items() for floor in floors if len(floor) == 1}
    assert set(building._DOES) == alone
