"""The core in C99, reached through ctypes: grey field to strip, scores to decoding; NumPy does the same without it."""
