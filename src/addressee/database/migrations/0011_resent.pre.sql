-- How often operators have had a send that failed tried anew.
ALTER TABLE addressee.sends
ADD COLUMN resent smallint NOT NULL DEFAULT 0;
