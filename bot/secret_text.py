"""Texts that look as if they held a secret: tokens, keys, passwords. Pure; quick on long texts.

It prefers to find too much: a text withheld costs a little, a leaked secret cannot be taken back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CONTENT: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("private key", "PRIVATE KEY",
    re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n"
               r"|[\"'+]){1,20}[A-Za-z0-9+/=:, -]{24}")),
    ("AWS access key", "AKIA", re.compile(r"\bAKIA[0-9A-Z]{16}\b")),
    ("AWS temporary key", "ASIA", re.compile(r"\bASIA[0-9A-Z]{16}\b")),
    ("GitHub token", "gh", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bghs_[A-Za-z0-9._-]{36,2000}")),
    ("GitHub installation token", "ghs_", re.compile(r"\bghs_\d{1,20}_eyJ[A-Za-z0-9._-]{36,2000}")),
    ("GitHub fine-grained token", "github_pat_", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{60,255}\b")),
    ("JSON web token", "eyJ",
    re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}"
               r"\.[A-Za-z0-9_-]{20,1000}")),
    ("Hugging Face token", "hf_", re.compile(r"\bhf_[A-Za-z0-9]{34,40}\b")),
    ("DigitalOcean token", "_v1_", re.compile(r"\bdo[opr]_v1_[a-f0-9]{64}\b")),
    ("Azure account key", "AccountKey=", re.compile(r"\bAccountKey=[A-Za-z0-9+/]{40,100}={0,2}")),
    ("GitLab token", "glpat-", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,64}\b")),
    ("Slack token", "xox", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,255}\b")),
    ("Slack webhook", "hooks.slack.com",
    re.compile(r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,32}")),
    ("Stripe key", "k_live_", re.compile(r"\b[rs]k_live_[A-Za-z0-9]{20,255}\b")),
    ("model provider key", "sk-", re.compile(r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{32,255}\b")),
    ("Google API key", "AIza", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("npm token", "npm_", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b")),
    ("PyPI token", "pypi-", re.compile(r"\bpypi-[A-Za-z0-9_-]{60,255}\b")),
    ("SendGrid key", "SG.", re.compile(r"\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{40,46}")),
    ("password in an address", "://",
    re.compile(r"\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis"
               r"|amqp)s?://[^\s:/@\"'<>]{1,64}:(?![*x<{$%[])[^\s:/@\"'<>]{8,128}@(?!localhost|127\.0\.0\.1"
               r"|example|db(?![.\w-]))[\w.-]{4,128}")),
    ("password in a web address", "://",
    re.compile(r"\bhttps?://[^\s:/@\"'<>]{1,64}:(?![*x<{$%[])(?:(?=[^\s:/@\"'<>]{0,127}[0-9])"
               r"[^\s:/@\"'<>]{8,128}|[^\s:/@\"'<>]{20,128})@(?!localhost|127\.0\.0\.1|example)[\w.-]{4,128}")),
    ("assigned password", "",
    re.compile(r"(?i:(?:secret|passwd|password|api_?key|access_?key"
               r"|auth_?token)[ \t]{0,4}[:=][ \t]{0,4})([A-Za-z0-9+/_=.!@%^&*~-]{12,200})(?=[\s`\"';]|$)")),
    ("assigned literal", "",
    re.compile(r"(?i:(?:secret|passwd|password|api_?key|access_?key"
               r"|auth_?token)\w{0,20}[\"']?[ \t]{0,4}[:=][ \t]{0,4})"
               r"([\"'])([A-Za-z0-9+/_=.!@#%^&*~?-]{12,64})\1")),
    ("bearer token", "earer ",
    re.compile(r"\b[Bb]earer[ \t]{1,4}([A-Za-z0-9+/_~-][A-Za-z0-9+/_.~-]{23,511}={0,2})(?![\w.])")),
    ("assigned secret", "",
    re.compile(r"(?i:(?:secret|passwd|password|api_?key|access_?key"
               r"|auth_?token)\w{0,20}[\"']?\s{0,4}[:=]\s{0,4})[\"']([A-Za-z0-9+/_=.-]{24,200})[\"']")),
)  # fmt: skip
ASSIGNED = (
    "secret",
    "passwd",
    "password",
    "apikey",
    "api_key",
    "accesskey",
    "access_key",
    "auth_token",
    "authtoken",
)
PLACEHOLDER = re.compile(
    r"(?i)example|changeme|change_me|your[-_]|placeholder|dummy|xxxx|1234567|abcdefg|insecure|fake|\.\.\."
    # the ones in everybody's manuals: of jwt.io, of RFC 7515, of Azurite
    r"|SflKxwRJSMeKKF2QT4|eyJzdWIiOiIxMjM0NTY3ODkwI|Eby8vdM02xNOcqFl"
)
_FOR_TESTS = "test|password|passw0rd|secret|demo|sample|admin|default|local|user"
FOR_TESTS = re.compile(rf"(?i){_FOR_TESTS}|\bmy|pass")
CHOSEN_FOR_TESTS = re.compile(rf"(?i)(?:{_FOR_TESTS}|my|pass|secure|strong|new|old){{1,8}}[\d\W_]{{0,8}}")
# Random parts of these may well hold one of the words above.
NEVER_PLACEHOLDER = frozenset({"private key", "GitHub installation token"})
NAME = re.compile(r"[A-Za-z]*[0-9]{0,4}(?:[-_./][A-Za-z]*[0-9]{0,4})*=?")


@dataclass(frozen=True, slots=True)
class SecretFound:
    """What a text holds that looks like a secret, and on which 1-based line.

    The secret itself is not kept.
    """

    what: str
    line: int


def secret_in(text: str) -> SecretFound | None:
    """The first thing in a text that looks like a live secret."""
    lowered = text.lower()
    assigned = any(word in lowered for word in ASSIGNED)
    for what, marker, pattern in CONTENT:
        if marker not in text if marker else not assigned:
            continue
        for found in pattern.finditer(text):
            if not _placeholder(what, found):
                return SecretFound(what, text.count("\n", 0, found.start()) + 1)
    return None


def _placeholder(what: str, found: re.Match[str]) -> bool:
    if what == "bearer token":
        value = found.group(1)
        mixed = _looks_random(value) or sum(c.isdigit() for c in value) > 2
        random = mixed and len(set(value)) >= 12 and not NAME.fullmatch(value)
        return not random or bool(PLACEHOLDER.search(value))
    if not what.startswith("assigned"):
        return what not in NEVER_PLACEHOLDER and bool(PLACEHOLDER.search(found.group()))
    value = found.group(found.re.groups)
    if what == "assigned literal":
        return not _looks_random(value) or bool(PLACEHOLDER.search(value) or FOR_TESTS.search(value))
    if what == "assigned password":
        told = PLACEHOLDER.search(value) or CHOSEN_FOR_TESTS.fullmatch(value)
        return not _looks_chosen(value) or bool(told)
    mixed = any(c.isdigit() for c in value) and any(c.isalpha() for c in value) and len(set(value)) >= 12
    return not mixed or bool(PLACEHOLDER.search(value)) or value.count(".") > 2


def _looks_random(value: str) -> bool:
    """Whether a value in quotes is no name: letters of both cases and figures, or figures and other signs."""
    sorts = [any(map(test, value)) for test in (str.islower, str.isupper, str.isdigit)]
    other = any(not c.isalnum() and c not in "-_./" for c in value)
    return sum((*sorts, other)) >= 3 and len(set(value)) >= 8 and not NAME.fullmatch(value)


def _looks_chosen(value: str) -> bool:
    """Whether a value without quotes is a password rather than a name in code or of a resource."""
    digits = sum(c.isdigit() for c in value)
    enough = digits >= (1 if len(value) >= 24 else 2) and any(c.isalpha() for c in value)
    return enough and len(set(value)) >= 8 and not NAME.fullmatch(value)
