"""Preferences of recipients: sets, their combination in layers, and the decision whether a message may be sent."""
