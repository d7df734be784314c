-- No process is left that counts the results of channels in a table of their own.
DROP TABLE addressee.channel_results;
