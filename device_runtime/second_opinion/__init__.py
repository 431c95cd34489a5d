"""A recogniser of another make, asked about fields that would be rejected: PP-OCRv6 small, the extra `second-opinion`.

It was trained on other pictures and normalises them in another way, so it seldom makes the same mistake. Nothing here
is imported before a second opinion is asked for.
"""
