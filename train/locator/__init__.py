"""The learned locator: its net, what it learns, its loss, and its training on rendered pieces."""
