"""E-mail: messages and their headers, sent by SMTP or written to the outbox."""
