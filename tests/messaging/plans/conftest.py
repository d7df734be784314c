"""Rows that make lists long."""

import pytest

from addressee.database.pool import Pool
from tests.messaging.plans.explained import FILLED
from tests.messaging.plans.rows import (
    BEGAN,
    CHANNEL,
    CLICKED,
    FILLING_SECONDS,
    MESSAGES,
    NUMBER,
    PEOPLE,
    RUN_ID,
    SHARE,
    UID,
)
from tests.support.filled_environments import empty


@pytest.fixture(scope="package")
async def filled(pool: Pool) -> None:
    """Messages, 20,000 of them to one person, and as many runs; every tenth person is gone, and half of these left a
    history.
    """
    await empty(pool, -1)
    await pool.execute(
        """
        INSERT INTO addressee.recipients
          (environment_id, collection, id, uid, version, updated_at, deleted_at, format)
        SELECT -1, '$users', CASE n WHEN 0 THEN 'ada' ELSE 'u' || n END,
               CASE n WHEN 0 THEN $1::uuid ELSE ('00000000-0000-0001-0000-' || lpad(n::text, 12, '0'))::uuid END,
               1, $2::timestamptz, CASE WHEN n % 10 = 7 THEN $2::timestamptz END, 1
        FROM generate_series(0, $3) AS n
        """,
        UID,
        BEGAN,
        PEOPLE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.messages
        SELECT -1, lpad(n::text, 27, '0'), '$users', CASE WHEN n % $6 = 0 THEN 'ada' ELSE 'u' || n % $5 END,
               CASE WHEN n % $6 = 0 THEN $1::uuid
                    ELSE ('00000000-0000-0001-0000-' || lpad((n % $5)::text, 12, '0'))::uuid END,
               $3, ('00000000-0000-0002-0000-' || lpad((n % 100)::text, 12, '0'))::uuid, gen_random_uuid(),
               'workflow-' || n % 50, gen_random_uuid(), '{}', 'feed', CASE n % 3 WHEN 0 THEN 'tenant-' || n % 50 END,
               '[]', '{}', '{}', '{}', 'delivered', NULL, NULL, NULL, NULL, NULL,
               $2::timestamptz + n * interval '1 second', $2, NULL, NULL,
               CASE n % 4 WHEN 0 THEN 'topic-' || n % 40 END
        FROM generate_series(1, $4) AS n
        """,
        UID,
        BEGAN,
        CHANNEL,
        MESSAGES,
        PEOPLE,
        SHARE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        "UPDATE addressee.messages SET link_clicked_at = $1 WHERE environment_id = -1 AND id = ANY($2::text[])",
        BEGAN,
        CLICKED,
    )
    await pool.execute(
        """
        INSERT INTO addressee.recipient_runs
          (environment_id, id, collection, recipient_id, uid, run_id, page, workflow, data, status, step, journal,
           inserted_at, updated_at, tenant, error_count, topic)
        SELECT -1, ('00000000-0000-0003-0000-' || lpad(n::text, 12, '0'))::uuid, '$users',
               CASE WHEN n % $5 = 0 THEN 'ada' ELSE 'u' || n % $4 END,
               CASE WHEN n % $5 = 0 THEN $1::uuid
                    ELSE ('00000000-0000-0001-0000-' || lpad((n % $4)::text, 12, '0'))::uuid END,
               ('00000000-0000-0002-0000-' || lpad((n % 100)::text, 12, '0'))::uuid, 0, 'workflow-' || n % 50, '{}',
               'completed', 1, '[]',
               $2::timestamptz + n * interval '1 second', $2, CASE n % 3 WHEN 0 THEN 'tenant-' || n % 50 END,
               CASE n % 1000 WHEN 1 THEN 1 ELSE 0 END, CASE n % 4 WHEN 0 THEN 'topic-' || n % 40 END
        FROM generate_series(1, $3) AS n
        """,
        UID,
        BEGAN,
        MESSAGES,
        PEOPLE,
        SHARE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.merges
          (environment_id, id, collection, primary_id, primary_uid, secondary_id, secondary_uid, merged_at)
        SELECT -1, ('00000000-0000-0004-0000-' || lpad(n::text, 12, '0'))::uuid, '$users', 'ada', $1,
               'guest-' || n, ('00000000-0000-0005-0000-' || lpad(n::text, 12, '0'))::uuid, $2
        FROM generate_series(1, $3) AS n
        """,
        UID,
        BEGAN,
        PEOPLE,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.departed
        SELECT environment_id, collection, id, uid, deleted_at
        FROM addressee.recipients
        WHERE environment_id = -1 AND deleted_at IS NOT NULL AND right(uid::text, 2)::integer % 20 = 7
        """,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(
        """
        INSERT INTO addressee.suppressions
        SELECT -1, (ARRAY['email', 'sms', 'whatsapp'])[1 + n % 3], lpad(n::text, 12, '0'),
               CASE WHEN n % 100 = 0 THEN 'complained' ELSE 'bounced' END, NULL, $1, NULL, $2
        FROM generate_series(1, $3) AS n
        """,
        CHANNEL,
        BEGAN,
        MESSAGES,
        timeout=FILLING_SECONDS,
    )
    # Every second SMS goes to one number, of which ten people are told.
    await pool.execute(
        """
        INSERT INTO addressee.sends
          (environment_id, message_id, id, collection, recipient_id, uid, channel_id, run_id, page, kind, provider_id,
           address)
        SELECT -1, 'sms-' || lpad(n::text, 12, '0'), 'send', '$users', 'u' || n % 10,
               ('00000000-0000-0001-0000-' || lpad((n % 10)::text, 12, '0'))::uuid, $1, $2, 0, 'sms',
               'SM' || n, CASE n % 2 WHEN 0 THEN $4 ELSE '+49' || n END
        FROM generate_series(1, $3) AS n
        """,
        CHANNEL,
        RUN_ID,
        MESSAGES,
        NUMBER,
        timeout=FILLING_SECONDS,
    )
    await pool.execute(f"ANALYZE {', '.join(f'addressee.{table}' for table in FILLED)}", timeout=FILLING_SECONDS)
