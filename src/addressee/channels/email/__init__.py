"""E-mail: one e-mail to one address."""
