"""E-mails: their template, rendering, layouts, addresses and content."""
