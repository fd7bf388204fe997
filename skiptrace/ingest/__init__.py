"""Read what people have and reject with a reason what cannot be used."""
