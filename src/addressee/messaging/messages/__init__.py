"""Messages: reading, listing and marking them, their events and delivery logs."""
