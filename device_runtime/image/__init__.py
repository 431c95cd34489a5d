"""From an image file to a strip: loading with limits, finding lines, polarity, size normalisation."""
