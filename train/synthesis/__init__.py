"""The generator: lines of writing with their truth, put on paper and photographed, as strips in shards."""

SHARD_STRIPS = 4096  # strips of a whole shard; here, since recipes and --help know it without NumPy
