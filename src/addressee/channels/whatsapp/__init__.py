"""WhatsApp: one message to one phone number."""
