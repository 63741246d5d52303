"""What is wrong with a source, how much it matters, and what would mend it."""
