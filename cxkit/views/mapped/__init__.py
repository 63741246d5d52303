"""What a process map is drawn of: metrics, lines, boxes, what is left out, and a legend."""
