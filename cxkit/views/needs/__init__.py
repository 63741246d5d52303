"""Pictures of groups of customers and of their needs."""
