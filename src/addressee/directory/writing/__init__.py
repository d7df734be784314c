"""Writes of recipients: batches, history, receipts, bulk calls."""
