"""Which ways do journeys go, and how long do they take?"""
