-- `zone` is the time zone in which a schedule happened last. `ending_on` is the last day on which it may happen, as the
-- recipient's clock shows it; `ending_at` is then when that day ended as it was set.
ALTER TABLE addressee.schedules
  ADD COLUMN zone text COLLATE "C",
  ADD COLUMN ending_on date;
