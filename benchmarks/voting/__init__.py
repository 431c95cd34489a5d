"""The same pieces with one frame and with more: what votes read, accept and cost, and what a deadline cuts off."""
