"""Some hundred hostile models and manifests: none ends the process, and all engines refuse the same ones."""

from __future__ import annotations

import pytest

from benchmarks.attack.cases import manifests, models
from benchmarks.attack.cases.bundles import play
from benchmarks.attack.run import attack
from device_runtime.bundle import load_bundle
from tests.engines_here import requires


@requires("litert")
@requires("tflite")
def test_the_shipped_bundle_sealed_again_is_read_by_all_engines() -> None:
    assert play("", load_bundle().model).answered == 3


@requires("litert")
@requires("tflite")
@pytest.mark.parametrize(("target", "cases"), [(models, 48), (manifests, 50)])
def test_hostile_bundles_are_refused_or_read(target: object, cases: int) -> None:
    found = attack(target.__name__, cases, seed=1998, jobs=1)  # type: ignore[attr-defined]
    assert found.findings == [] and found.total.tried == 3 * cases
    assert found.total.refused > cases and found.total.answered > 0


def test_a_mutant_is_the_same_each_time() -> None:
    made = [models.mutant(1, number) for number in range(24)]
    assert made == [models.mutant(1, number) for number in range(24)]
    assert len({kind for kind, _ in made}) == 6 and all(data != load_bundle().model for _, data in made)
