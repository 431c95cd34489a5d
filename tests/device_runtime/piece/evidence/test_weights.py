"""The file of weights: complete, strict, and applied in a fixed order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from device_runtime.errors import PosteyeError
from device_runtime.exact import sum_in_order
from device_runtime.piece.evidence.features import FEATURES, IN_LINE
from device_runtime.piece.evidence.weights import WEIGHTS_FILE, load_weights


def test_the_shipped_file_has_every_feature_and_the_errors_that_are_asked_for() -> None:
    found = load_weights()
    for role in ("destination", "sender"):
        assert set(found.roles[role].weights) == set(FEATURES)
    assert set(found.line) == set(IN_LINE)
    assert found.roles["destination"].threshold(0.01) > 0.5


def test_a_mass_is_the_sum_in_order() -> None:
    role = load_weights().roles["destination"]
    evidence = {"code": 1.0, "irregular": 0.1, "middle center": 0.25, "boxes": 0.0}
    expected = sum_in_order(role.weights[name] * value for name, value in evidence.items() if value)
    assert role.log_mass(evidence) == expected


def _without(where: list[str], key: str) -> Any:
    def change(content: dict[str, Any]) -> None:
        for name in where:
            content = content[name]
        del content[key]

    return change


def _set(where: list[str], key: str, value: Any) -> Any:
    def change(content: dict[str, Any]) -> None:
        for name in where:
            content = content[name]
        content[key] = value

    return change


DESTINATION = ["roles", "destination"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_without([*DESTINATION, "weights"], "code"), "not those of this program's features: code"),
        (_set([*DESTINATION, "weights"], "smell", 1.0), "not those of this program's features: smell"),
        (_set([*DESTINATION, "weights"], "code", "much"), "Expected `float`"),
        (_set([*DESTINATION, "weights"], "code", 1e9), "Expected `float` < 100"),
        (_set(DESTINATION, "table", [[0.02, 0.9, 0.5], [0.01, 0.9, 0.5]]), "do not rise"),
        (_without(["roles"], "sender"), "weights are needed for destination and sender"),
        (_without(["line"], "state"), "the weights of a line"),
        (_set([], "schema_version", 2), "no schema 2"),
        (_set([], "extra", 2), "unknown field `extra`"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, change: Any, complaint: str) -> None:
    content = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    change(content)
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(PosteyeError, match="install posteye again") as error:
        load_weights(path)
    assert complaint in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"none\.json cannot be used"):
        load_weights(tmp_path / "none.json")


def test_an_error_that_cannot_be_promised_is_refused() -> None:
    role = load_weights().roles["destination"]
    errors = [point.max_error for point in role.table]
    assert role.threshold(errors[0]) >= role.threshold(errors[-1]) == role.threshold(1.0)
    with pytest.raises(PosteyeError, match="cannot be promised for this role on a whole piece; the smallest is"):
        role.threshold(errors[0] / 2)
