"""When: how journeys change over time, when in the week they happen, and how each of them went on the line of time."""
