"""From the URL of a source to frames: cameras, streams, videos, folders and single pictures, all read alike."""
