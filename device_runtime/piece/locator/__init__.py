"""The learned locator: a small net that finds numbers on a piece by their corners, with their roles."""
