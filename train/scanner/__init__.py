"""The scanning LeNet: model, quantization-aware training, runs that can be resumed."""
