"""Bring names, phones, e-mails, addresses, dates and ids to canonical form."""
