-- Forgets edits' receipts that protect from nothing any more.
DELETE FROM addressee.edit_receipts
WHERE recorded_at <= $1
