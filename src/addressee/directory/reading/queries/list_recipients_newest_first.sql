-- A page of a collection's living recipients with uids from :first up to :end, newest first.
SELECT
  -- part: recipient_columns
-- part: recipients_of_range
ORDER BY uid DESC
LIMIT :limit
