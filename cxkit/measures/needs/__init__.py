"""Measures of what customers need: groups of customers, their needs, and where offerings meet them."""
