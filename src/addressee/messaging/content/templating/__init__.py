"""Liquid within limits: environments, filters, values, escaping; markdown."""
