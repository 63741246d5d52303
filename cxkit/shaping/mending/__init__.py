"""What would mend a source: repairs as values, offered with their effect, and applied as it is read."""
