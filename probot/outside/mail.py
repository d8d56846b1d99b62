"""How does a call leave by mail? One SMTP conversation, in a thread, with an outcome for whatever happens.

The rule: until the mail's text has been handed over nothing was sent; when the answer to it is lost nobody knows.
Copies of one call bear one Message-ID, so that a mailbox can tell them apart from new ones.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal

from probot.ports import Call, Later, Outcome, Refused, Sent, Unknown

SOON: Final = 15.0
AWHILE: Final = 60.0
PATIENCE: Final = 20.0
"""Seconds that each step of the conversation may take."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `tls`: from the start (`smtps`), after a greeting (`smtp`), or not at all (`smtp+plain`)."""

    host: str
    port: int
    tls: Literal["start", "greeting", "never"]
    user: str = ""
    password: str = ""
    sender: str = ""


async def send(server: MailServer, to: tuple[str, ...], call: Call) -> Outcome:
    """Hand the call to the server for all of `to`. Sent: it took the mail for at least one of them."""
    return await asyncio.to_thread(_send, server, to, call)


def _send(server: MailServer, to: tuple[str, ...], call: Call) -> Outcome:
    handed_over = False
    try:
        with _connected(server) as client:
            code, _ = client.mail(server.sender)
            if code != 250:
                return _of_code(code, "sender")
            codes = [client.rcpt(address)[0] for address in to]
            if not any(code in {250, 251} for code in codes):
                return _of_code(min(codes), "recipient")
            handed_over = True
            code, _ = client.data(_written(server, to, call))
            return Sent(None) if code == 250 else _of_code(code, "mail")
    except smtplib.SMTPDataError as error:
        return _of_code(error.smtp_code, "mail")
    except smtplib.SMTPAuthenticationError:
        return Later(AWHILE, "the mail server does not accept user and password")
    except smtplib.SMTPNotSupportedError:
        return Later(AWHILE, "the mail server does not offer what is needed: TLS or a login")
    except (smtplib.SMTPException, OSError) as error:
        why = f"mail server: {type(error).__name__}"
        return Unknown(why) if handed_over else Later(SOON, why)


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.tls == "start":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    try:
        if server.tls == "greeting":
            client.starttls(context=context)
        client.ehlo_or_helo_if_needed()
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def _of_code(code: int, what: str) -> Outcome:
    """A 4xx of SMTP is `not now`, a 5xx is `never like this`."""
    if code < 500:
        return Later(AWHILE, f"the mail server wants to be asked again ({what}, {code})")
    return Refused(f"the mail server refused the {what} ({code})")


def _written(server: MailServer, to: tuple[str, ...], call: Call) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = call.subject
    mail["From"] = server.sender
    mail["To"] = ", ".join(to)
    mail["Date"] = format_datetime(call.said_at)
    mail["Message-ID"] = f"<{call.key}@probot.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    if call.tier == "urgent" or call.kind == "trouble":
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail.set_content(call.text + "\n", charset="utf-8", cte="base64")
    return mail.as_bytes()
