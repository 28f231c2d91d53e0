"""Figures from results, in one style."""
