"""Commands that destroy what nobody meant, skip checks or trust what nobody read, found in a line of code.

It knows nothing of plans: who may write such a line, and how bad that is, others decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Danger:
    """One sort of unsafe command: `find` gives the part of a line that is one, `advice` says what else."""

    find: Callable[[str], str]
    advice: str
    sorts: frozenset[str] = frozenset(["shell"])


def _matching(pattern: str, but: str = "") -> Callable[[str], str]:
    """Finds `pattern` in a line of code, unless the line matches `but` too."""
    wanted = re.compile(pattern, re.IGNORECASE)
    excused = re.compile(but, re.IGNORECASE) if but else None

    def find(line: str) -> str:
        found = wanted.search(line)
        return found[0].strip() if found and not (excused and excused.search(line)) else ""

    return find


_RM = re.compile(r"(?:^|[\s;&|(])rm\s+((?:-{1,2}[\w-]+\s+){1,6})([^;&|\n]{1,300})")
_SYSTEM = r"/(?:bin|boot|dev|etc|home|lib|lib64|opt|root|sbin|srv|sys|usr|users|var|windows|system32)?/?\*?"
_ABOVE = r"(?:\.\./){0,20}\.\.?(?:/\*?)?"
_ROOT = re.compile(rf"(?:{_SYSTEM}|~(?:/\*?)?|\*|{_ABOVE})", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\w+|\{\w+\})(?:/.*)?")


def _removed(line: str) -> str:
    """`rm -rf` of a root, a home, a whole folder one stands in, or whatever a variable may hold."""
    for found in _RM.finditer(line):
        flags = found[1].lower()
        recursive = re.search(r"(?:^|\s)-\w*r|--recursive", flags)
        forced = re.search(r"(?:^|\s)-\w*f|--force", flags)
        for target in found[2].split() if recursive and forced and "mktemp" not in line else ():
            bare = re.sub(r"[\"'`]", "", target).strip(")")
            if _ROOT.fullmatch(bare) or _VARIABLE.fullmatch(bare):
                return f"rm {found[1].strip()} {target}"
    return ""


_PIPE = re.compile(
    r"\|\s{0,5}(?:sudo\s{1,5}(?:-\w+\s{1,3})?)?(?:env\s)?(?:/bin/)?(?:ba|z|da|k|)sh\b|\|\s{0,5}iex\b",
    re.IGNORECASE,
)
_FETCH = re.compile(r"\b(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod)\s", re.IGNORECASE)
_INNER = re.compile(
    r"\b(?:ba|z|da|)sh\s{1,3}(?:-\w+\s{1,3})?(?:<\(|[\"']?\$\()\s{0,3}(?:curl|wget)\b"
    r"|\biex\s?\(+\s{0,3}(?:iwr|irm)\b",
    re.IGNORECASE,
)


def _fetched(line: str) -> str:
    """A script that is run as it comes from the network."""
    fetch, pipe = _FETCH.search(line), _PIPE.search(line)
    if fetch and pipe and fetch.start() < pipe.start():
        return line[fetch.start() : pipe.end()].strip()
    return line.strip() if _INNER.search(line) else ""


_DEFAULT = r"(?:refs/heads/)?(?:main|master|trunk|HEAD:(?:main|master|trunk))"
_FORCE = r"(?:--force(?:-with-lease)?(?:=\S{1,60})?|-f)"
_LOCAL = r"localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0|\bhost\.docker\.internal\b|\.local\b"
_CODE = frozenset(
    ["shell", "python", "py", "javascript", "js", "typescript", "ts", "go", "golang", "jsx", "tsx"]
)

_DANGERS = (
    Danger(_removed, "name the one folder of the repository to remove, without variables"),
    Danger(
        _matching(
            rf"\bgit\s+push\s(?=[^;&|\n]{{0,200}}?(?<!\S){_FORCE}(?!\S))[^;&"
            rf"|\n]{{0,200}}?\s\+?{_DEFAULT}(?![\w/.-])"
            r"|\bgit\s+push\s[^;&|\n]{0,200}?\s\+(?:HEAD:)?(?:main|master|trunk)(?![\w/.-])"
        ),
        "push to a branch of its own and open a pull request",
    ),
    Danger(
        _matching(
            r"\bdrop\s+(?:database|schema)\b(?:\s+if\s+exists)?[^;\n]{0,60}|(?:^|\s)dropdb\s[^;&|\n]{0,80}",
            but=r"(?:drop\s+(?:database|schema)\b(?:\s+if\s+exists)?|dropdb\b)[^;\n]{0,30}?(?:test|tmp|temp|scratch|ci_|_ci\b)",
        ),
        "drop only what this plan made, by name, with a backup first",
    ),
    Danger(
        _matching(
            r"\bredis-cli(?:\s-{1,2}\w{1,40}(?:[\s=](?!flush|-)\S{1,80})?){0,8}\s{1,4}FLUSH(?:ALL|DB)\b",
            but=_LOCAL,
        ),
        "delete only the keys that this plan made",
    ),
    Danger(
        _matching(
            r"\bkubectl\s[^;&|\n]{0,80}?\bdelete\s+(?:(?:namespaces?|ns)[\s/][^;&|\n]{1,60}|all\s[^;&|\n]{0,40}?--all\b)",
            but=r"(?:namespaces?|ns)[\s/][^;&|\n]{0,30}?(?:test|tmp|temp|scratch|kind|minikube)|--dry-run",
        ),
        "delete only what this plan made, by name",
    ),
    Danger(
        _matching(
            r"\b(?:terraform|tofu|terragrunt)\s+(?:destroy|apply\s[^;&|\n]{0,60}?-destroy)\b",
            but=r"\s-{1,2}target[=\s]|-{1,2}help\b",
        ),
        "name what is to go with -target",
    ),
    Danger(_fetched, "download the script, check its digest, read it, then run the copy"),
    Danger(
        _matching(r"\bgit\s[^;&|\n]{0,200}?--no-verify\b|^--no-verify$"),
        "let the hooks run, and repair what they complain about",
    ),
    Danger(
        _matching(r"\bchmod\s+(?:-\w+\s+|--\w+\s+){0,3}(?:0?777\b|a\+rwx\b|ugo\+rwx\b)"),
        "give only the right that is needed, to the user who needs it",
    ),
    Danger(
        _matching(
            r"\bcurl\s(?=[^;&|\n]{0,300}?(?<!\S)(?:(?-i:-\w{0,10}k\w{0,10})|--insecure)(?!\S))[^;&|\n]{0,300}"
            r"|\bwget\s[^;&|\n]{0,200}?--no-check-certificate\b|--insecure-skip-tls-verify\b"
            r"|\bhttp\.sslverify[=\s]+false\b|\bstrict-ssl[=\s]+false\b"
            r"|\b(?:NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)\s{0,2}=\s{0,2}[\"']?0\b"
            r"|\bGIT_SSL_NO_VERIFY\s{0,2}=\s{0,2}[\"']?(?:1|true)\b",
            but=_LOCAL,
        ),
        "add the certificate authority instead of trusting everybody",
    ),
    Danger(
        _matching(
            r"\b(?:requests|httpx|session|client|aiohttp|urllib3?)\b[^\n]{0,200}?\bverify\s?=\s?False\b"
            r"|^verify\s?=\s?False$|\brejectUnauthorized[\"']?\s?:\s?false\b"
            r"|\bInsecureSkipVerify\s?:\s?true\b"
            r"|\bssl\._create_unverified_context\b",
            but=_LOCAL,
        ),
        "add the certificate authority instead of trusting everybody",
        _CODE,
    ),
    Danger(
        _matching(r":\(\)\s?\{\s?:\s?\|\s?:\s?&\s?\}\s?;\s?:"),
        "leave it out: it starts processes without end",
    ),
    Danger(
        _matching(
            r"\bdd\s[^;&|\n]{0,100}?\bof=/dev/(?!null\b|zero\b|stdout\b|stderr\b)\w[^\s;&|]{0,40}"
            r"|\bmkfs(?:\.\w+)?\s[^;&|\n]{0,100}?/dev/\w+"
        ),
        "write to a file, not to a device",
    ),
)


def unsafe_parts(line: str, sort: str = "shell") -> Iterator[tuple[str, str]]:
    """Each unsafe command of a line of code, with what to do instead."""
    for danger in _DANGERS:
        if sort in danger.sorts and (found := danger.find(line)):
            yield found, danger.advice
