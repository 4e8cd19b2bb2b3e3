"""Gates: each module measures what a rewrite must not break."""
