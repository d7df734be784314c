"""E-mail: its format, and senders by SMTP and to the outbox folder."""
