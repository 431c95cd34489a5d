"""From an image file to a strip: loading with limits, polarity, size normalisation."""
