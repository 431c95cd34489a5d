"""Fields that hold no code: what is drawn, what it says, and what it should cost."""
