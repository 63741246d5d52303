"""Findings: what goes with an outcome, and a memo."""
