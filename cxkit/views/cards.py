"""Cards: a few headline figures side by side."""
