"""Rules: each module is a family; importing it registers its rules."""
