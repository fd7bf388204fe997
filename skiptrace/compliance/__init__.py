"""Judge what may be attempted, by law as data."""
