"""The directory of recipients: who they are, and how they can be reached."""
