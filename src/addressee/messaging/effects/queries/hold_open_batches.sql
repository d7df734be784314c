-- Open batches, held until the transaction ends: nobody else joins them meanwhile.
-- part: open_batch
-- part: wanted_batches
FOR NO KEY UPDATE OF batches
