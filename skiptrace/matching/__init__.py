"""Put the records of one person together."""
