"""What does a monitoring system see? The same as `probot status`, as numbers for Prometheus.

The rule: a label is a lane, a state, a kind of outcome or a part of the program; never anybody, and no chat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from probot.app.world import World
from probot.messages import LANES
from probot.services.watch import Status

MESSAGES = ("waiting", "sending", "dead")
PARTICIPANTS = ("invited", "welcoming", "refused", "active", "paused", "withdrawn", "completed")
OUTCOMES = ("sent", "later", "gone", "moved", "refused", "unknown")


def exposition(found: Status | None, world: World, *, well: bool) -> bytes:
    """Everything in Prometheus' text format. `found`: how things stand in the database; None: it does not tell."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once((*_of_the_process(world, well=well), *_of_the_database(found))))
    return generate_latest(registry)


@dataclass(eq=False, slots=True)
class _Once:
    """Metrics that were put together already, as prometheus_client wants to be handed them."""

    families: tuple[Metric, ...]

    def collect(self) -> Iterator[Metric]:
        yield from self.families

    def describe(self) -> Iterator[Metric]:
        yield from ()


def _of_the_process(world: World, *, well: bool) -> Iterator[Metric]:
    runtime = world.runtime
    yield _one("probot_well", "1 if /health says that all is well", float(well))
    sent = CounterMetricFamily(
        "probot_sendings", "How sendings to Telegram ended, since this process began", labels=["outcome"]
    )
    for outcome in OUTCOMES:
        sent.add_metric([outcome], runtime.sender.outcomes[outcome])
    yield sent
    failed = CounterMetricFamily(
        "probot_failures",
        "Defects that were met since this process began; the log tells more",
        labels=["part"],
    )
    parts = {
        "loop": runtime.failures, "sender": runtime.sender.failures, "outside": runtime.outside.failures,
        "tick": runtime.ticker.failures, "worker": runtime.worker.parked, "auditor": world.watchman.failures,
        "roll_call": world.roll_call.failures,
    }  # fmt: skip
    for part, number in parts.items():
        failed.add_metric([part], number)
    yield failed
    refused = world.webhook.refused if world.webhook is not None else 0
    yield CounterMetricFamily(
        "probot_webhook_refused",
        "Calls of the webhook without its secret, since this process began",
        value=refused,
    )


def _of_the_database(found: Status | None) -> Iterator[Metric]:
    yield _one("probot_database_up", "1 if the database could be asked", float(found is not None))
    if found is None:
        return
    ages = {
        "probot_telegram_heard_age_seconds": ("Since Telegram was last heard", found.telegram_heard),
        "probot_tick_age_seconds": ("Since anybody last looked at what is due (noted every 10 s)", found.looked),
        "probot_backup_age_seconds": ("Since `probot backup` last made one", found.backup),
        "probot_inbox_lag_seconds": ("How long the oldest update has waited to be handled", found.inbox_since or found.now),
        "probot_alert_unacknowledged_oldest_seconds": (
            "How long the oldest alert has been taken by nobody", found.unacknowledged_since or found.now
        ),
    }  # fmt: skip
    for name, (help_text, since) in ages.items():
        if since is not None:
            yield _one(name, help_text, _age(found.now, since))
    numbers = {
        "probot_ready": ("1 if an alert of every tier would reach somebody", float(found.ready)),
        "probot_inbox_waiting": ("Updates that wait to be handled", found.inbox.get("new", 0)),
        "probot_inbox_parked": ("Updates that were put aside: `probot retry`", found.inbox.get("parked", 0)),
        "probot_due_rows_parked": ("Due assessments and alerts that fail again and again", found.parked_rows),
        "probot_alerts_open": ("Alerts that are not closed", found.open_alerts),
        "probot_links_in_vain": (
            "Invitation links that do not exist, tried in the last day",
            found.links_in_vain,
        ),
        "probot_alerts_unacknowledged": ("Alerts that nobody has taken", found.unacknowledged),
    }
    for name, (help_text, number) in numbers.items():
        yield _one(name, help_text, number)
    if found.room is not None:
        yield _one("probot_disk_free_bytes", "Room on the disk under SQLite", found.room.free)
        yield _one("probot_disk_least_bytes", "How much should be free there", found.room.least)
    by_lane = {lane: found.due[lane] for lane in found.due}
    yield _by(
        "probot_outbox_due", "Messages that are due and have not arrived", "lane",
        {lane: by_lane[lane].number if lane in by_lane else 0 for lane in LANES},
    )  # fmt: skip
    yield _by(
        "probot_outbox_lag_seconds", "How long the longest-waiting due message has been due", "lane",
        {lane: _age(found.now, by_lane[lane].since) if lane in by_lane else 0.0 for lane in LANES},
    )  # fmt: skip
    for name, help_text, newest in (
        ("probot_inbox_kept", "Updates ever kept: the number of the newest", found.arrived),
        ("probot_outbox_put", "Messages ever put: the number of the newest", found.put),
    ):
        yield CounterMetricFamily(name, help_text, value=newest)
    yield _by("probot_outbox_messages", "Messages that have not gone out, by state", "state",
        {state: found.outbox.get(state, 0) for state in MESSAGES},
    )  # fmt: skip
    yield _by("probot_participants", "Participants by status", "status",
        {status: found.participants.get(status, 0) for status in PARTICIPANTS},
    )  # fmt: skip


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _by(name: str, help_text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _age(now: datetime, since: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
