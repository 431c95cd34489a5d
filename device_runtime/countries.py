"""The form of the postal code in each country that can be named, as a pattern of digits and separators."""

from __future__ import annotations

# By ISO 3166-1 alpha-2 code. In the US, ZIP+4 adds four digits behind a hyphen to the ZIP code of five.
PATTERNS = {
    "DE": r"\d{5}",
    "MY": r"\d{5}",
    "US": r"\d{5}(-\d{4})?",
}
