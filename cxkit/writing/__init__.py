"""Journeys taken out: their events as a table, and as files that others, or cxkit again, can read."""
