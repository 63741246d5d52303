"""Text files, line by line: how they are written, how many lines they have, and what becomes of each."""
