"""The sort plan: which bin each code goes to, checked before it sorts."""
