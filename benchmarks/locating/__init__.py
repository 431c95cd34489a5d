"""How often the destination's code is located on rendered pieces: by the learned locator, the line finder, and both."""
