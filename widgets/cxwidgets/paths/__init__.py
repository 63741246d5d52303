"""Panels of ways from step to step."""
