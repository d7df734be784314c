-- Cancels unfinished runs under a cancellation key.
-- part: cancelling
    AND runs.workflow = :workflow
    AND runs.cancellation_key = :cancellation_key
-- part: cancelled
