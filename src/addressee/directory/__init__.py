"""The directory room: who the recipients are."""
