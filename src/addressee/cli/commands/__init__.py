"""The commands, a module for each group, or for what one does."""
