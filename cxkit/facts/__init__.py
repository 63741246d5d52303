"""What log and engagement say together, as derived columns of events and journeys."""
