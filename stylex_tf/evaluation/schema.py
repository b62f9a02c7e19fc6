"""How far flip rates go."""

FLIP_RATES = 10
"""Flip rates are given with the top 1 to so many attributes."""
