"""Compose the verbs into commands; own the order of reading and writing."""
