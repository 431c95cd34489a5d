"""The locator through the same conversion to int8, with a gate of its own."""
