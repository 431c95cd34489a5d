"""A belt of pieces before a station: is each answered in time, once, by its own frame, in memory that does not grow?"""
