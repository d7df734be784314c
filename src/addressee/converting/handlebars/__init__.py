"""Handlebars templates: a parser for a subset of the language, and their translation to Liquid."""
