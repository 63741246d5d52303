"""Pictures of ways through steps: funnels, trees, matrices and curves."""
