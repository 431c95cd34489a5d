"""A model file means one thing to every engine, and asks for no more than a small device has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from device_runtime.bundle import load_bundle
from device_runtime.engines import pick
from device_runtime.engines.interpreter import InterpreterEngine
from device_runtime.engines.limits import check_net, check_width
from device_runtime.engines.model_writer import write_model
from device_runtime.engines.net import Conv, Net, Pad
from device_runtime.engines.tflite_reader import read_net
from device_runtime.errors import BundleError
from tests.engines_here import ALL_ENGINES, with_engine

SHIPPED = load_bundle("digits-small").model


def _edited(edit: Callable[[Any], None]) -> bytes:
    """The shipped model, changed as a tree of tables and written again."""
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(SHIPPED, 0))
    edit(tree)
    builder = flatbuffers.Builder(1 << 18)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _tensor(number: int, **fields: Any) -> Callable[[Any], None]:
    return lambda tree: vars(tree.subgraphs[0].tensors[number]).update(fields)


def _operator(number: int, **fields: Any) -> Callable[[Any], None]:
    return lambda tree: vars(tree.subgraphs[0].operators[number]).update(fields)


def _metadata(tree: Any) -> None:
    entry = schema.MetadataT()
    entry.name, entry.buffer = "min_runtime_version", 0
    tree.metadata = [entry]


def _scales(number: int, change: Callable[[Any], Any]) -> Callable[[Any], None]:
    def edit(tree: Any) -> None:
        quantization = tree.subgraphs[0].tensors[number].quantization
        quantization.scale = change(quantization.scale)

    return edit


def _external(tree: Any) -> None:
    tree.buffers[3].data, tree.buffers[3].offset, tree.buffers[3].size = None, 4096, 200


def _two_uses(tree: Any) -> None:
    """The last two convolutions of 88 channels, which are alike, with the weights and the grids of one."""
    one, other = (tree.subgraphs[0].operators[number] for number in (10, 11))
    other.inputs = np.array([other.inputs[0], *one.inputs[1:]], np.int32)
    grids = [tree.subgraphs[0].tensors[index] for index in (one.inputs[0], other.inputs[0], one.outputs[0])]
    grids[1].quantization = grids[0].quantization


HOSTILE = {
    "metadata": (_metadata, "model: the converter never writes field"),
    "an older version of an operator": (lambda t: vars(t.operatorCodes[0]).update(version=1), "of another version"),
    "two codes of an operator": (lambda t: vars(t.operatorCodes[0]).update(builtinCode=4), "two codes"),
    "a variable tensor": (_tensor(3, isVariable=True), "tensor: the converter never writes field"),
    "a tensor with a rank": (_tensor(3, hasRank=True), "tensor: the converter never writes field"),
    "a map that has numbers": (_tensor(2, buffer=2), "is no constant but has numbers"),
    "a map of another shape": (_tensor(2, shape=np.array([1, 36, 165, 1], np.int32)), "unexpected shape"),
    "a map of one width": (_tensor(2, shapeSignature=np.array([1, 36, 164, 1], np.int32)), "not of any width"),
    "a constant of any width": (_tensor(3, shapeSignature=np.array([8, 5, -1, 1], np.int32)), "changing shape"),
    "a shape larger than its bytes": (_tensor(3, shape=np.array([8, 5, 500, 1], np.int32)), "bytes instead of"),
    "a shape beyond 64 bits": (_tensor(3, shape=np.full(4, 2**31 - 1, np.int32)), "bytes instead of"),
    "a negative shape": (_tensor(3, shape=np.array([8, -5, -5, 1], np.int32)), "unexpected shape"),
    "numbers outside the file": (_external, "buffer: the converter never writes field"),
    "one scale for many channels": (_scales(3, lambda s: s[:1]), "zero point|uneven"),
    "a scale of 0": (_scales(3, lambda s: s * 0), "another grid"),
    "a scale that is no number": (_scales(2, lambda s: s * np.float32(np.nan)), "changes the grid"),
    "biases on another grid": (_scales(4, lambda s: s * 2), "another grid"),
    "an input that is not there": (_operator(1, inputs=np.array([2, 3, 99], np.int32)), "there is no tensor 99"),
    "an input left out": (_operator(1, inputs=np.array([2, 3, -1], np.int32)), "there is no tensor -1"),
    "a loop": (_operator(1, outputs=np.array([2], np.int32)), "unexpected shape|another grid"),
    "no options": (_operator(1, builtinOptionsType=0, builtinOptions=None), "has code 3"),
    "options of another operator": (_operator(1, builtinOptionsType=22), "has code 3"),
    "custom options": (_operator(1, customOptions=np.zeros(4, np.uint8)), "operator: the converter never writes field"),
    "two uses of a tensor": (_two_uses, "two uses or none"),
}


@pytest.mark.parametrize("name", ALL_ENGINES)
@pytest.mark.parametrize("what", HOSTILE)
def test_what_the_converter_never_writes_is_refused_by_every_engine(what: str, name: str) -> None:
    edit, complaint = HOSTILE[what]
    with pytest.raises(BundleError, match=complaint):
        pick(name, _edited(edit))


def test_the_same_file_written_otherwise_is_read() -> None:
    assert _edited(lambda tree: None) != b"" and _same(read_net(_edited(lambda tree: None)), read_net(SHIPPED))


def test_a_net_is_written_and_read_as_it_was() -> None:
    net = read_net(SHIPPED)
    written = write_model(net)
    assert len(written) < len(SHIPPED) and _same(read_net(written), net)


@pytest.mark.parametrize("name", [with_engine("litert"), with_engine("tflite")])
def test_an_interpreter_computes_the_same_from_the_net_written_anew(name: str) -> None:
    random = np.random.default_rng(3)
    theirs, ours = InterpreterEngine(name, SHIPPED), pick(name, SHIPPED)
    for width in (96, 384):
        strip = random.integers(-128, 128, (1, 32, width, 1)).astype(np.int8)
        assert np.array_equal(theirs.scores(strip), ours.scores(strip))


def _changed(number: int, **fields: Any) -> Net:
    """The shipped net with other fields in one step."""
    net = read_net(SHIPPED)
    steps = list(net.steps)
    steps[number] = dataclasses.replace(steps[number], **fields)
    return dataclasses.replace(net, steps=tuple(steps))


@pytest.mark.parametrize(
    ("net", "complaint"),
    [
        (_changed(0, rows=(2, 65)), "impossible size"),
        (_changed(1, stride=(2, 65)), "a stride of 65 px"),
        (_changed(1, weight_scale=np.full(8, 1e-13, np.float32)), "out of range"),
        (_changed(1, bias=np.full(8, 2**31 - 1, np.int32)), "overflow"),
        (_changed(12, weight=np.zeros((2048, 1, 1, 88), np.int8), bias=np.zeros(2048, np.int32),
                  weight_scale=np.full(2048, 0.01, np.float32)), "2048 channels"),
        (dataclasses.replace(read_net(SHIPPED), steps=read_net(SHIPPED).steps[:1] * 70), "70 steps"),
    ],
)  # fmt: skip
def test_a_net_beyond_the_limits_is_refused(net: Net, complaint: str) -> None:
    with pytest.raises(BundleError, match=complaint):
        check_net(net)


def test_a_strip_that_costs_too_much_is_refused() -> None:
    net = read_net(SHIPPED)
    assert check_width(net, 1024) == (1, 256, 24)
    with pytest.raises(BundleError, match="for 40000 px"):
        check_width(net, 40_000)
    with pytest.raises(BundleError, match="does not fit the map before it"):
        check_width(_changed(8, weight=np.zeros((80, 4, 50, 40), np.int8)), 100)


def _same(one: Net, other: Net) -> bool:
    if (one.height_px, one.input, len(one.steps)) != (other.height_px, other.input, len(other.steps)):
        return False
    return all(_same_step(a, b) for a, b in zip(one.steps, other.steps, strict=True))


def _same_step(one: Conv | Pad, other: Conv | Pad) -> bool:
    return type(one) is type(other) and all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
    )
