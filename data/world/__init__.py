"""How is the sample world made? A fictitious broadband provider, its customers and what happens to them.

Read in this order: `parameters` (every rate and wait), `company` (what the provider offers and how it works),
`clock` (when things happen), `journey` (one customer's case), `stories` (the steps), `customers` (who lives which
stories when), `tables` (the export).
"""
