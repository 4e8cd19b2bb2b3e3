"""What the stages know of English: actors, narrators, reporting verbs, clauses, quantities; facts, no decisions."""
