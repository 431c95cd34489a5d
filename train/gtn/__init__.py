"""Graph transformer networks: the general graph engine, and global training with gradients on its topologies."""
