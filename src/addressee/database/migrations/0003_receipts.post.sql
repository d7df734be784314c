-- Receipts of triggers stand among all others now.

DROP TABLE addressee.trigger_receipts;
