"""Measures: one question per file, from Journeys to a Result."""
