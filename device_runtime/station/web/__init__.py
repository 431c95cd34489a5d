"""The page on the device: aim the camera, watch the pieces, key what was rejected, look at the plan, in a browser."""
