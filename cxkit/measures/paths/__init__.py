"""How far do journeys come, where do they go instead, and who comes back?"""
