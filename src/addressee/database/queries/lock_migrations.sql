-- Lets one process at a time change the schema; reading the record stays possible.
LOCK TABLE addressee.migrations IN SHARE ROW EXCLUSIVE MODE;
