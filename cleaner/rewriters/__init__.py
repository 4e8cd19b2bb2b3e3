"""Rewriters: each module proposes texts for a family of findings."""
