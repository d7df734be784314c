-- Lets one process at a time change the schema; the table can still be read.
LOCK TABLE addressee.migrations IN SHARE ROW EXCLUSIVE MODE;
