"""Answers about a log, and about what a store was made of: facts as values, and what is shown of them."""
