"""Steps, conditions and times in words."""
