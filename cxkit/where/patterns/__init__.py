"""Path patterns: a small language for the ways that journeys go."""
