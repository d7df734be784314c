"""Commands on folders of files: push, pull and what surrounds them."""
