"""Panels of pictures of time."""
