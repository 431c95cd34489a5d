"""The renderer of mail pieces: envelopes, cards, labels, letters and forms as a camera sees them, with their truth.

Shares of what is drawn stand in `generator.py`; they were chosen to look like a mail stream, not tuned to a reader.
"""
