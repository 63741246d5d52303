"""Pictures of time: periods on a line, hours of a week, journeys as rows of dots, one move as spans."""
