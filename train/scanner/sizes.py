"""How wide the scanner's layers are: channels of each, for the two nets of one plan.

Needs nothing, so that recipes and `posteye train --help` know it where torch is not installed.
"""

from __future__ import annotations

SMALL = (8, 16, 28, 40, 80, 88, 88, 88)  # 7.85 M multiply-accumulates for a strip of 32 x 160
LARGE = (16, 32, 48, 64, 160, 160, 160, 160)  # 25.0 M
