"""The scanner alone: architectures, accuracy, parity, adaptation, the generator's speed."""
