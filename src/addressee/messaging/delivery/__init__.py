"""Delivery: one send for each address of a message, its attempts and their outcomes."""
