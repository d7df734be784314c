"""Markdown in templates: parsed once into pages, in which each recipient's values are put."""
