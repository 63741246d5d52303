"""The intake: from a dropped file to a store."""
