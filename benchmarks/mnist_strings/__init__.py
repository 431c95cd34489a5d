"""Strings of five MNIST test digits of one writer: clean, touching, hard."""
