"""Two sides side by side: which differences are real."""
