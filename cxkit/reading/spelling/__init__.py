"""Stamps as people spell them: months in words, names of zones."""
