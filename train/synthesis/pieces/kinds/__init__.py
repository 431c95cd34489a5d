"""The kinds of pieces, and the layouts that each part of the data has of them."""

from train.synthesis.pieces.kinds.card import CARD
from train.synthesis.pieces.kinds.envelope import ENVELOPE
from train.synthesis.pieces.kinds.form import FORM
from train.synthesis.pieces.kinds.label import LABEL
from train.synthesis.pieces.kinds.register import REGISTER
from train.synthesis.pieces.kinds.window import WINDOW

KINDS = (ENVELOPE, WINDOW, LABEL, CARD, FORM, REGISTER)
