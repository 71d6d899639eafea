"""The audit log of the workspace: what was done, filtered, and as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from pipeline.access.audit import REFUSED, AuditEvent
from pipeline.access.grant import ENTER
from pipeline.access.policy import Action, Role
from pipeline.common.csv_writer import to_csv
from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from ui.components.account_menu import ROLES
from ui.components.downloads import offer_file
from ui.components.widgets import error_box, lead
from ui.session.session import Session

_MOST = 100_000  # events that are looked through, the newest
_SHOWN = 1_000
_COLUMNS = ("at", "user", "role", "action", "outcome", "analysis", "name", "detail")
_ACTIONS = {
    ENTER: N_("Came in"),
    Action.OPEN: N_("Opened"),
    Action.ANALYSE: N_("Analysed"),
    Action.EDIT: N_("Changed"),
    Action.EXPORT: N_("Downloaded"),
    Action.IMPORT: N_("Imported"),
    Action.RENAME: N_("Renamed"),
    Action.DELETE: N_("Deleted"),
    Action.RESTORE: N_("Restored"),
    Action.PURGE: N_("Removed for good"),
    Action.SEE_LOG: N_("Looked at the audit log"),
}


def show_audit(session: Session) -> None:
    """The events with their filters; only for who may see them."""
    events: list[AuditEvent] = []
    try:
        session.grant.require(Action.SEE_LOG)
        for event in islice(session.grant.audit.events(), _MOST) if session.grant.audit else ():
            events.append(event)
    except InputError as error:  # also of a log that was changed, after all that is in it
        error_box(str(error))
        if not events:
            return
    lead(
        _(
            "Who came in, opened, changed, downloaded and deleted what in this workspace. No "
            "review and no search is in it."
        )
    )
    found = list(_chosen(events))
    if not found:
        st.info(_("Nothing matches."))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f"<b>{ngettext('{n} entry', '{n} entries', len(found))}</b>", width="content")
        offer_file(_("Download"), lambda: _csv(found), "audit-log.csv", key="audit-download")
    zone = _zone()
    st.dataframe(
        pd.DataFrame([_row(event, zone) for event in found[:_SHOWN]], columns=list(_LABELS)),
        hide_index=True,
        width="stretch",
        height=560,
        column_config={
            name: st.column_config.TextColumn(_(text)) for name, text in _LABELS.items()
        },
        alt=_("What was done, the newest first"),
    )
    if len(found) > _SHOWN:
        st.caption(
            ngettext(
                "The newest {n} is shown; the download has all.",
                "The newest {n} are shown; the download has all.",
                _SHOWN,
            )
        )


_LABELS = {
    "at": N_("When"),
    "user": N_("Who"),
    "role": N_("Role"),
    "action": N_("What"),
    "name": N_("Analysis"),
    "detail": N_("Detail"),
}


def _chosen(events: list[AuditEvent]) -> Iterable[AuditEvent]:
    people = sorted({event.user for event in events})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        users = st.multiselect(
            _("Who"), people, placeholder=_("Everybody"), key="audit-users", width=260
        )
        actions = st.multiselect(
            _("What"),
            list(_ACTIONS),
            format_func=lambda action: _(_ACTIONS[action]),
            placeholder=_("Everything"),
            key="audit-actions",
            width=260,
        )
        days: Any = st.date_input(
            _("Period"), value=[], key="audit-days", format="YYYY-MM-DD", width=240
        )
        refused = st.toggle(_("Only what was refused"), key="audit-refused")
    zone = _zone()
    for event in events:
        if users and event.user not in users:
            continue
        if actions and event.action not in actions:
            continue
        if refused and event.outcome != REFUSED:
            continue
        day = _moment(event, zone).date()
        if days and not days[0] <= day <= (days[1] if len(days) > 1 else date.max):
            continue
        yield event


def _row(event: AuditEvent, zone: tzinfo) -> dict[str, str]:
    action = _(_ACTIONS.get(event.action, event.action))
    if event.outcome == REFUSED:
        action = _("{action} (refused)", action=action)
    return {
        "at": _moment(event, zone).strftime("%Y-%m-%d %H:%M:%S"),
        "user": event.user,
        "role": _(ROLES[Role(event.role)]) if event.role in set(Role) else event.role,
        "action": action,
        "name": event.name or event.analysis,
        "detail": event.detail,
    }


def _csv(events: list[AuditEvent]) -> bytes:
    rows = [[getattr(event, name) for name in _COLUMNS] for event in events]
    return to_csv(_COLUMNS, rows).encode("utf-8-sig")


def _moment(event: AuditEvent, zone: tzinfo) -> datetime:
    try:
        return datetime.fromisoformat(event.at).astimezone(zone)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):  # a computer without time zones
        return UTC
