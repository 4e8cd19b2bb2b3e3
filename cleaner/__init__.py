"""Repair awkward machine-translated English: detect, propose, verify, and leave the doubtful to a person."""

__version__ = "0.1.0"
