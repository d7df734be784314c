"""Accounts of customers at chat providers, to which a product was connected: what they let it see."""
