"""Reading recipients: one by one, and in lists."""
