"""The ONNX file carries the trained integers and scales as they are, and computes what training computed."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper

from convert.errors import ConvertError
from convert.onnx_files.export import export_onnx
from device_runtime.bundle import ONNX_FILE
from tests.stub import STUB_CHANNELS, make_stub_scanner, stub_bundle
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantConv, QuantScanner


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    return onnx.load(stub_bundle() / ONNX_FILE)


@pytest.fixture(scope="module")
def scanner() -> QuantScanner:
    return make_stub_scanner()


def test_the_file_is_sound_and_bare(model: onnx.ModelProto) -> None:
    onnx.checker.check_model(model, full_check=True)
    assert [entry.version for entry in model.opset_import] == [18]
    assert b"/" not in b"".join(s.encode() for n in model.graph.node for s in (n.doc_string, n.name))
    assert not any(node.metadata_props for node in model.graph.node)
    assert not model.metadata_props and not model.graph.input[0].metadata_props


def test_integers_and_scales_are_those_of_training(model: onnx.ModelProto, scanner: QuantScanner) -> None:
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    scale = scanner.input_scale
    assert isinstance(scale, torch.Tensor) and stored["input_scale"] == scale.numpy()
    for i, layer in enumerate(scanner.layers):
        assert isinstance(layer, QuantConv)
        expected = [tensor.numpy() for tensor in layer.integers(scale)]
        for name, values in zip(("weight", "weight_scale", "bias", "bias_scale"), expected, strict=True):
            found = stored[f"layers.{i}.{name}"]
            assert found.dtype == values.dtype and found.tobytes() == values.tobytes(), (i, name)
        assert stored[f"layers.{i}.scale"].tobytes() == layer.output.scale.numpy().tobytes()
        assert stored[f"layers.{i}.zero_point"] == layer.output.zero_point.numpy()
        scale = layer.output.scale


@pytest.mark.parametrize(("batch", "width"), [(1, 12), (3, 96), (2, 212)])
def test_any_width_and_batch_give_what_the_trained_net_gives(
    model: onnx.ModelProto, scanner: QuantScanner, batch: int, width: int
) -> None:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    strips = np.random.default_rng(width).integers(0, 256, (batch, 1, 32, width)).astype(np.float32) / 255
    (head,) = session.run(None, {"strips": strips})
    with torch.no_grad():
        expected = scanner.head_map(torch.from_numpy(strips)).numpy()
    step = float(scanner.layers[-1].get_buffer("output.scale"))
    assert head.shape == (batch, 24, 1, width // 4)
    assert np.abs(head - expected).max() < 1.5 * step


def test_a_scanner_that_saw_no_data_is_refused() -> None:
    fresh = QuantScanner(ScanningLeNet(STUB_CHANNELS))
    fresh.finish()
    with pytest.raises(ConvertError, match="layer 0 has no range"):
        export_onnx(fresh)


def test_a_bias_beyond_the_kernels_sums_is_refused() -> None:
    scanner = make_stub_scanner()
    layer = scanner.layers[2]
    assert isinstance(layer, QuantConv)
    with torch.no_grad():
        layer.bias[0] = 1e7
    with pytest.raises(ConvertError, match="layer 2 has a bias too large"):
        export_onnx(scanner)


def test_a_dead_channel_still_has_an_exact_bias() -> None:
    """Its weights vanish and its bias does not: the scale must not grow so fine that the bias leaves int32."""
    scanner = make_stub_scanner()
    layer = scanner.layers[1]
    assert isinstance(layer, QuantConv)
    with torch.no_grad():
        layer.weight[0] = 0
        layer.bias[0] = 3.0
    _, _, bias, bias_scale = layer.integers(scanner.input_scale)
    assert abs(float(bias[0]) * float(bias_scale[0]) - 3.0) < 1e-6
    assert abs(int(bias[0])) < 2**30
