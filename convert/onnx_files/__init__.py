"""ONNX with explicit quantisation: written from trained nets, read into chains of integer steps."""
