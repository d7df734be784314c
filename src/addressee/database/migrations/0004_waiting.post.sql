-- What it was read for has indexes of its own: recipient_runs_waiting and recipient_runs_of_run_in_order.

DROP INDEX addressee.recipient_runs_of_run;
