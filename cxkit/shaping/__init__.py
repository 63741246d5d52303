"""From rows to a log: which column is what, which row is an event, and what the journeys and customers are."""
