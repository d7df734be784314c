"""SMS: one text to one phone number."""
