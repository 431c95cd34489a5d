"""How long readings take here: `posteye bench`, on golden images or a user's own, each engine in its own process."""
