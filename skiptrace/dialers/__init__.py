"""Write the files dialers read, and read what they send back."""
