"""From a recipe to the journeys that it selects."""
