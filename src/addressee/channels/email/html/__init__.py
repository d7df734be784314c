"""HTML of e-mails: what is done to it before it is sent, and the text that is made from it."""
