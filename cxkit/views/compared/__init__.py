"""Two sides of journeys: differences as sentences with their marks, and as a map."""
