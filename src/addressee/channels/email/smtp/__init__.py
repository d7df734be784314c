"""E-mail by SMTP: the conversation with a mail server, and the connections that a channel's e-mails take in turn."""
