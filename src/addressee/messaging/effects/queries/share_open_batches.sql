-- Open batches, held against being sealed until the transaction ends; others may join them too.
-- part: open_batch
-- part: wanted_batches
FOR SHARE OF batches
