"""Writing recipients: batches, history, receipts, bulk calls."""
