"""TensorFlow as an independent witness of the converter: both files compared number by number."""
