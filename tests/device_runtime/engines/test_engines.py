"""All engines compute the same net; NumPy computes bit for bit what the kernels do that it emulates."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import signal
import threading
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convert.tflite_writer import write_tflite
from device_runtime.bundle import MODEL_FILE
from device_runtime.engines import pick, trouble
from device_runtime.engines.interpreter import RUNTIMES, InterpreterEngine, Kernels, load
from device_runtime.engines.net import Conv, Grid, Net, Pad
from device_runtime.engines.numpy_engine import NumpyEngine, Rescale
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import BundleError, PosteyeError
from tests.engines_here import ALL_ENGINES, requires, with_engine
from tests.stub import stub_bundle

EMULATED = [
    with_engine("litert", "xnnpack", "litert", "default"),
    with_engine("litert", "reference", "litert", "reference"),
    with_engine("tflite", "reference", "tflite", "reference"),
    with_engine("tflite", "builtin", "tflite", "default"),
]


@pytest.fixture(scope="module")
def model() -> bytes:
    return (stub_bundle() / MODEL_FILE).read_bytes()


def _strip(random: np.random.Generator, width: int) -> NDArray[np.int8]:
    return random.integers(-128, 128, (1, 32, width, 1)).astype(np.int8)


def _random_net(random: np.random.Generator, largest_weights: bool = False) -> Net:
    """A net of all kinds of step, on grids with and without a zero point at the end, and outputs below zero."""
    grids = [Grid(float(np.float32(1 / 255)), -128)]
    grids += [Grid(float(np.float32(random.uniform(0.01, 0.1))), zero) for zero in (-128, -20, -128, 5)]

    def conv(name: str, shape: tuple[int, ...], stride: int, same: bool, relu: bool, at: int) -> Conv:
        size = int(np.prod(shape[1:]))
        weight = np.full(shape, 127) if largest_weights else random.integers(-127, 128, shape)
        spread = 40.0 * size if largest_weights else 20 * np.sqrt(size)
        scale = random.uniform(0.5, 1, shape[0]) * grids[at + 1].scale / grids[at].scale / spread
        bias = random.integers(-3000, 3000, shape[0]).astype(np.int32)
        ends = grids[at], grids[at + 1]
        return Conv(name, weight.astype(np.int8), scale.astype(np.float32), bias, (stride, stride), same, relu, *ends)

    steps = (
        Pad("p", (2, 2), (2, 2), grids[0]),
        conv("a", (6, 5, 5, 1), 2, False, True, 0),
        Pad("q", (1, 1), (1, 1), grids[1]),
        conv("b", (64, 3, 3, 6), 2, False, False, 1),
        conv("c", (10, 3, 3, 64), 1, True, True, 2),
        conv("d", (24, 8, 1, 10), 1, False, False, 3),
    )
    return Net(32, grids[0], steps)


@pytest.mark.parametrize(("rescale", "name", "kernels"), EMULATED)
def test_numpy_equals_the_kernels_that_it_emulates(rescale: Rescale, name: str, kernels: Kernels) -> None:
    random = np.random.default_rng(42)
    for _ in range(6):
        data = write_tflite(_random_net(random))
        ours, theirs = NumpyEngine(data, rescale), InterpreterEngine(name, data, kernels)
        for width in (96, 160):
            strip = _strip(random, width)
            scores = ours.scores(strip)
            assert scores.shape == (1, 1, width // 4, 24) and len(np.unique(scores)) > 100
            assert np.array_equal(scores, theirs.scores(strip))


def test_the_three_ways_to_round_are_three() -> None:
    random = np.random.default_rng(1)
    data, strip = write_tflite(_random_net(random)), _strip(random, 640)
    xnnpack, reference, builtin = (NumpyEngine(data, r).scores(strip) for r in ("xnnpack", "reference", "builtin"))
    assert (xnnpack != reference).any() and (reference != builtin).any()


@pytest.mark.parametrize(("rescale", "name", "kernels"), EMULATED)
def test_sums_beyond_float32_stay_exact(rescale: Rescale, name: str, kernels: Kernels) -> None:
    """576 weights of 127 on inputs up to 255 exceed 2**24, the last whole number that float32 counts to."""
    random = np.random.default_rng(3)
    data = write_tflite(_random_net(random, largest_weights=True))
    strip = _strip(random, 96)
    strip[:, :, ::2] = 127
    assert np.array_equal(
        NumpyEngine(data, rescale).scores(strip), InterpreterEngine(name, data, kernels).scores(strip)
    )


@pytest.mark.parametrize("name", ALL_ENGINES)
def test_every_engine_reads_the_stub_alike(name: str, model: bytes) -> None:
    random = np.random.default_rng(5)
    engine, oracle = pick(name, model), NumpyEngine(model)
    assert engine.name == name
    if name in RUNTIMES:  # as pip knows it
        assert engine.version == importlib.metadata.version(RUNTIMES[name].distribution)
    for width in (96, 160, 96):
        strip = _strip(random, width)
        distance = np.abs(engine.scores(strip).astype(int) - oracle.scores(strip))
        assert distance.max() <= (2 if name == "tflite" else 0)


@requires("litert")
@requires("tflite")
def test_the_fastest_engine_that_is_there_is_picked(model: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pick(None, model).name == "litert"
    _hide(monkeypatch, "ai_edge_litert")
    assert pick(None, model).name == "tflite"
    _hide(monkeypatch, "ai_edge_litert", "tflite_runtime")
    assert pick(None, model).name == "numpy"
    assert trouble("numpy") is None
    assert "pip install ai-edge-litert" in str(trouble("litert"))


def test_a_named_engine_that_is_missing_says_what_to_install(model: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, "ai_edge_litert")
    with pytest.raises(PosteyeError, match="pip install ai-edge-litert"):
        pick("litert", model)
    with pytest.raises(PosteyeError, match="choose one of litert, tflite, numpy"):
        pick("tpu", model)


@requires("tflite")
def test_tflite_runtime_is_not_tried_with_numpy_2(
    model: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _hide(monkeypatch, "ai_edge_litert")
    monkeypatch.setattr(np, "__version__", "2.1.0")
    assert pick(None, model).name == "numpy"
    assert "does not work with numpy 2.1.0" in caplog.text
    with pytest.raises(PosteyeError, match="numpy<2"):
        pick("tflite", model)


def test_an_interpreter_that_does_not_load_is_reported(model: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise ImportError("libstdc++ is too old")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(PosteyeError, match=r"does not load \(libstdc\+\+ is too old\)"):
        pick("litert", model)


def _hide(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """Make packages look as if they were not installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in packages else real(name))


@pytest.mark.parametrize("name", [with_engine("litert"), with_engine("tflite")])
def test_an_interpreter_that_refuses_the_model_gives_a_bundle_error(name: str) -> None:
    with pytest.raises(BundleError, match=f"{name} refuses model.tflite"):
        InterpreterEngine(name, b"no flatbuffer at all").scores(np.zeros((1, 32, 96, 1), np.int8))


@pytest.mark.parametrize("size", [0, 3, 4, 7, 8, 20, 300, 2000])
def test_a_truncated_model_is_refused(model: bytes, size: int) -> None:
    with pytest.raises(BundleError):
        NumpyEngine(model[:size])


def test_an_unknown_operator_is_named(model: bytes) -> None:
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    tree.operatorCodes[0].builtinCode = tree.operatorCodes[0].deprecatedBuiltinCode = 117  # HARD_SWISH
    builder = flatbuffers.Builder(1 << 17)
    builder.Finish(tree.Pack(builder), b"TFL3")
    with pytest.raises(BundleError, match="operator 0 has code 117"):
        NumpyEngine(bytes(builder.Output()))


def test_sums_that_could_overflow_are_refused() -> None:
    grid = Grid(float(np.float32(0.01)), 0)
    scale, bias = np.full(24, 0.01, np.float32), np.full(24, 2**30, np.int32)
    conv = Conv("c", np.ones((24, 32, 1, 1), np.int8), scale, bias, (1, 4), False, False, grid, grid)
    with pytest.raises(BundleError, match="overflow"):
        NumpyEngine(write_tflite(Net(32, grid, (conv,))))


def test_a_strip_that_does_not_fit_is_refused(model: bytes) -> None:
    with pytest.raises(BundleError, match="strips of 32 rows, not of 28"):
        NumpyEngine(model).scores(np.zeros((1, 28, 96, 1), np.int8))


BYTES = st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF]) | st.integers(0, 255)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(st.tuples(st.floats(0, 1), st.booleans(), BYTES), min_size=1, max_size=6))
def test_random_damage_is_refused_or_harmless(changes: list[tuple[float, bool, int]]) -> None:
    """Whatever stands in the file, the only error is BundleError. Half of the changes hit a whole word."""
    data = bytearray((stub_bundle() / MODEL_FILE).read_bytes())
    for place, word, value in changes:
        # Offsets and tables crowd the two ends of the file; weights fill its middle.
        at = round((place**2 if place < 0.5 else 1 - (1 - place) ** 2) * (len(data) - 4))
        data[at : at + (4 if word else 1)] = bytes([value] * (4 if word else 1))
    try:
        scores = NumpyEngine(bytes(data)).scores(np.zeros((1, 32, 96, 1), np.int8))
    except BundleError:
        return
    assert scores.dtype == np.int8


def test_the_reader_sees_all_steps_of_the_stub(model: bytes) -> None:
    kinds = ["pad" if isinstance(step, Pad) else "conv" for step in read_net(model).steps]
    assert kinds == ["pad", "conv", "pad", "conv", "conv", "pad", "conv", "pad", *["conv"] * 5]


def test_an_interrupt_while_an_interpreter_loads_comes_when_it_has_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def interrupted(module: str) -> str:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        loaded.append(module)
        return module

    monkeypatch.setattr(importlib, "import_module", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has it ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            load("litert")
    finally:
        signal.signal(signal.SIGINT, before)
    assert loaded == ["ai_edge_litert.interpreter"]
