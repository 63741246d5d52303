"""What outlives a page: its address, its history, views with a name, the stores to choose from, files to take away."""
