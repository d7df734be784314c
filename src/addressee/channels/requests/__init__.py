"""Requests to providers by HTTP: exchanges, senders of one request, public hosts."""
