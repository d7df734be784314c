"""Notices: what a page says at its top after a form has been carried out, by the name in the query of its URL."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES: Mapping[str, str] = {
    "person-added": "The person has been added.",
    "tenant-added": "The tenant has been added.",
    "object-added": "The object has been added.",
    "run-started": "The run has been started.",
    "workflow-on": "The workflow is switched on.",
    "workflow-off": "The workflow is switched off.",
    "member-added": "The person is a member of this list now.",
    "member-was-there": "The person was a member of this list already.",
    "member-removed": "The person is no member of this list any more.",
    "member-was-away": "The person was no member of this list any more.",
    "subscriber-added": "The subscriber has been added.",
    "subscriber-was-there": "The subscriber was there already.",
    "subscriber-removed": "The subscriber has been removed.",
    "subscriber-was-away": "The subscriber was not there any more.",
    "signed-out": "You are signed out.",
    "suppression-added": "Nothing is sent to this address any more.",
    "suppression-lifted": "The suppression is lifted: messages go to the address again.",
    "job-runs-again": "The job runs again.",
    "jobs-run-again": "All held jobs run again.",
    "job-discarded": "The job is discarded.",
    "key-revoked": "The key is revoked.",
    "role-given": "This e-mail address has an account already. It has the role now.",
    "role-changed": "The role is changed.",
    "role-taken": "The operator has no role in this environment any more.",
    "invitation-withdrawn": "The invitation does not work any more.",
    "operator-disabled": "The operator may not sign in any more, and is signed out everywhere.",
    "operator-enabled": "The operator may sign in again.",
    "password-changed": "Your password is changed. You are signed out everywhere else.",
    "session-ended": "The session has ended.",
    "sessions-ended": "All your other sessions have ended.",
    "one-time-passwords-on": "One-time passwords are on. Your other sessions have ended.",
    "one-time-passwords-off": "One-time passwords are off. Your password alone signs you in.",
    "settings-changed": "The settings are changed.",
    "settings-kept": "Nothing differed: the settings are as they were.",
    "links-ended": "All links of this environment that were made until now have ended.",
}
