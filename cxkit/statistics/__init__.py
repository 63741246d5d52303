"""Estimates and what they rest on: pure functions over arrays and counts, computed by scipy and statsmodels."""
