"""Files of a folder: how each kind is read."""
