-- Forgets answers that protect from nothing any more.
DELETE FROM addressee.receipts
WHERE recorded_at <= $1
