"""A second reader distilled from PP-OCRv6 small: whether what it learns from that teacher is worth more than labels."""
