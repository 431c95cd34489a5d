"""Readings under noise, blur, contrast, scale, rotation, and either polarity."""
