"""Learn when and how a debtor can be reached."""
