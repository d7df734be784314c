"""Operators: people who look at environments and change them. Accounts, roles, sessions, signing in."""
