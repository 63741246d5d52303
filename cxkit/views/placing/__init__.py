"""Where the boxes, lines and labels of a process map stand."""
