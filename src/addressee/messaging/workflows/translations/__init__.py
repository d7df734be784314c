"""Translations: the files that they are written in, what is checked of them, and where they are stored."""
