"""Keys, errors, query strings, pages."""
