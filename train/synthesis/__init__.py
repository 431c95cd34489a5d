"""The generator: lines of writing with their truth, put on paper and photographed, as strips in shards."""
