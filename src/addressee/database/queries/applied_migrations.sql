-- The applied migrations.
SELECT name FROM addressee.migrations;
