"""A field of its own: whether the words beside a number speak for a postal code or for another number."""

from __future__ import annotations

from dataclasses import replace

from device_runtime.exact import exact_exp, sum_in_order
from device_runtime.line_reader import Answer, LineReader
from device_runtime.piece.evidence.alternatives import Country
from device_runtime.piece.evidence.features import IN_LINE, read_evidence
from device_runtime.piece.evidence.weights import EvidenceWeights
from device_runtime.piece.whole import facts_of
from device_runtime.types import Reading

# Odds that a field whose number looks like a code of the country holds another kind of number.
_OTHER_ODDS = 0.005
REASON = "the words beside it are not those beside a postal code of this country"


def doubted(answer: Answer, reader: LineReader, country: Country, weights: EvidenceWeights) -> Reading:
    """The reading of a field, rejected where what stands beside an accepted code speaks against it.

    Where the country is not known, nothing does.

    Args:
        answer: of the field.
        reader: that gave it.
        country: of the codes.
        weights: of the evidence.
    """
    reading = answer.reading
    if reading.status != "accepted" or not country.order or reading.code is None:
        return reading
    seen = facts_of(answer, reader).seen
    if seen.span is None:
        return reading
    evidence = read_evidence(seen, (), (), country.order, reading.code)
    gain = sum_in_order(weights.line[name] * evidence.get(name, 0.0) for name in IN_LINE)
    believed = reading.confidence / (1.0 + _OTHER_ODDS * exact_exp(-gain))
    if believed >= reader.threshold:
        return reading
    return replace(reading, status="rejected", reason=REASON, confidence=believed)
