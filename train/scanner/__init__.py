"""The scanning LeNet: the model, its quantization, what its scores mean, and the net of a bundle."""
