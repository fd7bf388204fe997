"""Keep everything a run knows in one encrypted file."""
