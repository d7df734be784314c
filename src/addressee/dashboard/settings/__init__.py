"""An environment's keys and settings."""
