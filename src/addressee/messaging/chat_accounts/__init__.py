"""Accounts at chat providers that customers of a product have connected, by the channel data that hold them."""
