"""Calibrates the second opinion: our net and PP-OCRv6 small together, on fields that our net alone would reject."""
