"""From the trained model to a bundle: ONNX, int8 TFLite, the parity gate. Needs the `convert` extra."""
