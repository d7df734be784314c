-- A recipient's run keeps the results of its steps by their refs; null means none.
ALTER TABLE addressee.recipient_runs ADD COLUMN refs jsonb;
