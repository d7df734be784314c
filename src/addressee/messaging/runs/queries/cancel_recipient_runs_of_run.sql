-- Cancels unfinished runs of one trigger.
-- part: cancelling
    AND runs.run_id = :run_id
-- part: cancelled
