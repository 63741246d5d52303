"""What comes to the user: what goes with an outcome, and the findings of a log in a few sentences."""
