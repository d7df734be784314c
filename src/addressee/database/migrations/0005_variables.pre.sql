-- Which variables feeds show. What was stored before is not public until a push says so.
ALTER TABLE addressee.variables ADD COLUMN public_names text[] NOT NULL DEFAULT '{}';
