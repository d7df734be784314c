"""Reads of recipients: single ones and lists."""
