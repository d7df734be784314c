"""Deliveries as they are stored: read, sent again, counted."""
