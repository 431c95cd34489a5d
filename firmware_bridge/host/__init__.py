"""The reader's end of the wire: ports, and the acknowledged link that reports readings."""
