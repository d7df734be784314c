"""Definitions in files of YAML and JSON: how they are read, and the problems found in them."""
