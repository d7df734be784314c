"""Definitions in YAML files: how they are read, and the problems found in them."""
