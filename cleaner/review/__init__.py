"""The review queue and the ways to work through it."""
