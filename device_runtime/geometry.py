"""The geometry of a strip: sizes and rows that image, engines, recognition and training agree on."""

STRIP_HEIGHT_PX = 32
BODY_HEIGHT_PX = 20.0  # height of a digit
MIDDLE_PX = STRIP_HEIGHT_PX / 2  # the line's middle, between two rows
BASELINE_ROW = round(MIDDLE_PX + BODY_HEIGHT_PX / 2)  # the first row below the digits: 26
INK_LEVEL = 90  # of 255: a brighter pixel of a strip counts as ink
