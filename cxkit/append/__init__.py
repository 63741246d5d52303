"""A later part of a log goes into its store."""
