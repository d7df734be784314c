"""Folders under version control: what an environment has as files, and how a folder differs from it."""
