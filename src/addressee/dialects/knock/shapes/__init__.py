"""Structs of requests and responses, a module for each resource (knock.md §2.0).

The fields stand in the order in which answers have them.
"""
