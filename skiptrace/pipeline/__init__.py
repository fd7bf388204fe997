"""Compose the verbs into commands, and own the order of reading and writing."""
