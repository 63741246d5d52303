"""The book's four faces: notebook, app, lab and report."""
