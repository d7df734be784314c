"""Copies of an e-mail of which one address is at a stand-in: they go once, with the address that they wait for."""

from __future__ import annotations

from datetime import timedelta

from addressee.messaging.messages.status import Status
from tests.channels.mail_server import mail_server
from tests.messaging.delivery.failover.test_real_providers import BACKUP
from tests.messaging.delivery.test_named_addresses import GREYLISTED, MAIL, A, B, C, send
from tests.messaging.delivery.test_send_job import SMTP
from tests.messaging.office import Office

NO_RELAYING = "550 5.7.1 relaying denied"


async def channels_of(office: Office) -> dict[str, str]:
    """The key of the channel that each address is at."""
    rows = await office.pool.fetch(
        """
        SELECT sends.address,
               channels.key
        FROM addressee.sends
        JOIN addressee.channels
          ON channels.id = sends.channel_id
        WHERE sends.environment_id = $1
        """,
        office.environment_id,
    )
    return {row["address"]: row["key"] for row in rows}


async def test_two_channels_that_send_at_the_same_time_send_copies_once(office: Office) -> None:
    async with mail_server() as first, mail_server() as second:
        await office.push(
            {
                "channels/email.yaml": SMTP.format(port=first.port) + "failover: [backup]\n",
                "channels/backup.yaml": BACKUP.format(port=second.port),
                "workflows/mail.yaml": MAIL,
            }
        )
        first.refused = {A: GREYLISTED, B: NO_RELAYING}
        second.refused = {A: GREYLISTED}
        await send(office, to=f"{A}, {B}", cc=C)
        for _ in range(6):
            await office.work_after(timedelta(seconds=15))
        assert await channels_of(office) == {A: "backup", B: "email"}
        first.refused, second.refused = {}, {}
        office.clock.move(timedelta(hours=1))
        (message,) = await office.messages("ada")
        # A waits at the stand-in with the copies, B is sent again by its own channel: one batch has both.
        await office.messaging.resender.send_again(office.environment_id, message.id, 0)
        await office.work()
        assert (first.recipients, second.recipients) == ([[B]], [[A, C]])
        assert [each.status for each in await office.messages("ada")] == [Status.SENT]
