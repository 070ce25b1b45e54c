"""Plans as people write them, one for each format, and the same text written differently."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.plan.loose import loosely
from bot.plan.markdown import Document
from bot.plan.readers import Data, Reading, reader_of

GOLDEN = Path(__file__).parents[2] / "golden"

STEPS = """\
# Implementation Plan: Retry failed webhooks

## Storage
- [x] **Step 1 – Add a table** (Effort: M, Risk: Med, Rollback: Reversible)
  - **Task**: Create `pending_delivery` with the delivery id, the subscription, the attempt and its due time.
  - **Files**:
    - `migrations/0042_pending.sql` (new): table and index
    - `hooks/store.py` (edit): `add_pending` and `due`, each of them one statement
  - **Step Dependencies**: none
  - **User Instructions**: none
  - **Rollback**: drop the table
  - **Acceptance**:
    - `due(now)` returns only deliveries whose due time has passed
    - Adding one id twice keeps one row
  - **Run**: `make test`, `make lint`
  - **Covers**: I-1, I-3

## Delivery
- [ ] **Step 2 – Keep failed deliveries** (Effort: S, Risk: High, Rollback: Safe)
  - **Task**: Store a delivery that fails.
  - **Files**: `hooks/dispatch.py`, `tests/test_dispatch.py`
  - **Step Dependencies**: Step 1
  - **User Instructions**:
    - Restart the worker
  - **Gotchas**: `send` runs inside the request

## CI / Quality Gates
- [ ] **Step 3 – Run the outage test** (Effort: S, Risk: Low, Rollback: Safe)
  - **Task**: Run the test that takes the receiver down.
  - **Files**: none
  - **Step Dependencies**: Step 1, Step 2
  - **User Instructions**: none

## Release & Deployment
- [ ] **Step 4 – Deploy** (Effort: S, Risk: Low, Rollback: Manual)
  - **Task**: Deploy the worker.
  - **Files**: none
  - **Step Dependencies**: Steps 1–3
  - **User Instructions**: Deploy from the release page
  - **Rollback**: deploy the release before
"""

EXPORT = """\
# Plan: Retry failed webhooks (retry-webhooks)

## Summary

Deliveries that fail with a 5xx or a timeout are kept in a table and sent again with growing pauses.

## Goals

- A failed delivery is sent again without a person doing anything about it, however long that takes
- Operators see `what` waits

## Non-Goals

None.

## Requirements

- **FR-1**: A delivery answered with 503 is sent again.
- **FR-2 Disable on 410**: A delivery answered with 410 is not sent again.
- **NFR-1**: 95 % of retries start within 1 s of their due time.

## Assumptions & Constraints

- **A-1** (impact: high, unresolved): Postgres is 14 or newer
- **A-2** (impact: low, resolved): At most 20,000 wait at once
- No new service

## Current System Snapshot

- `hooks/dispatch.py` sends and logs

## Impacted Files & Directories

| Path | Change | Why |
|---|---|---|
| `hooks/dispatch.py` | edit | `send` stores what fails |
| `hooks/backoff.py` | new | the pause before an attempt |

## Implementation Plan

### Step 1: Add a table

- **Purpose**: Keep deliveries over restarts, so that nothing is lost while the worker is deployed again.
- **Files**:
  - `migrations/0042.sql` (new): table
  - `hooks/store.py` (edit): functions
- **Changes**:
  - Add `pending_delivery`
- **Notes**: Migrations run in one transaction
- **Depends on**: none
- **Covers**: FR-1, I-3
- **Run**: `make test`
- **Risk**: Med
- **Rollback**: Reversible – drop the table

### Step 2: Compute the pause

**Purpose:** Compute the pause before each attempt.
**Files:** `hooks/backoff.py` (new), `tests/test_backoff.py`
**Depends on:** Step 1
**Rollback:** Safe

## Data & Interface Contracts

- **`GET /metrics`** (route): shows `hooks_pending` as a gauge

## Testing Plan

| Test | File | Command | Covers |
|---|---|---|---|
| due is oldest first | `tests/test_store.py` | `make test` | FR-1–FR-2 |

## Verification Checklist

- [ ] All tests pass: `make test` → exit code 0
- [ ] Open `/metrics` → `hooks_pending` is shown

## Rollout & Rollback

### Rollout

1. Run the migration
2. Deploy

### Rollback

1. Drop the table

## Plan Completeness Audit

| Check | Result |
|---|---|
| paths | 12 checked |

## Open Questions

- [0o0o NEEDS CONFIRMATION] Q-1: Which threshold do operators want for the age of the oldest waiting delivery?
"""

TECHNICAL = """\
# Implementation Plan: Retry failed webhooks

## Context

Deliveries that fail are lost today.

## Technical Approach

### Architecture

- A table holds what waits, and a loop in the worker sends it again when its time has come

### Technology Stack

- Languages: Python 3.12

### Data Model

- `pending_delivery`: id, attempt, due time

## Implementation Steps

### Phase 1: Storage

**Goal:** Deliveries survive a restart.
**Tasks:**

1. **T1 · Add the table** – Create it with an index on the due time.
   - Add `pending_delivery`
2. **T2 · Add the store**

**Estimated time:** 6 hours

### Phase 2: Delivery

**Goal:** Deliveries are sent again.
**Tasks:**

1. Send what is due
2. Show what waits

**Estimated time:** 2 days

**Total estimated time:** 3 days

## File Changes

**New files:**

- `hooks/backoff.py` - The pause

**Modified files:**

- `hooks/dispatch.py` - Stores what fails

**Deleted files:**

- `hooks/old.py` - Nothing uses it

## Testing Strategy

- `tests/test_store.py`: due is oldest first
- Manual test with a receiver that is down

## Risk Assessment

| Risk | Impact | Mitigation |
|---|---|---|
| A delivery arrives twice | Medium | Say so in the documentation |

## Rollback Plan

1. Set `HOOKS_RETRY=0`

## Dependencies

- `psycopg` 3.2 (present): driver
- STRIPE_API_KEY (credential)

## Deployment

1. Run the migration
2. Deploy
"""


def seed(number: str) -> str:
    return (GOLDEN / f"seed_{number}.md").read_text(encoding="utf-8")


TEXTS = {
    "steps": (STEPS, seed("000")),
    "export": (EXPORT,),
    "functional": (seed("003"),),
    "technical": (TECHNICAL, seed("004")),
}
EVERY = [(name, text) for name, texts in TEXTS.items() for text in texts]
NAMES = ["steps", "seed 000", "export", "seed 003", "technical", "seed 004"]


def golden(number: str) -> Data:
    """What a seed's own sample says, checked by hand."""
    value = json.loads((GOLDEN / f"seed_{number}.json").read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def reading(plan_format: str, text: str, path: str = "plan.md") -> Reading:
    """A text read as a plan of this format."""
    read = reader_of(plan_format)
    assert read is not None
    return read([Document(path, text)])


def shown_at(read: Reading, pointer: str, text: str, length: int = 20) -> str:
    """What stands in the text where the reading places `pointer`."""
    at = read.places[pointer]
    return text.split("\n")[at.line - 1][at.col - 1 :][:length]


def resolves(value: Any, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return True


def leaves(value: Any, pointer: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(one for key, part in inner for one in leaves(part, f"{pointer}/{key}"))]


def holds(read: Reading) -> None:
    """A reading whose places are places of its value, in its documents, and whose value makes a plan."""
    assert [pointer for pointer in read.places if not resolves(read.value, pointer)] == []
    length = {document.path: document.lines for document in read.documents}
    for at in (*read.places.values(), *(one.at for one in read.prose)):
        assert 1 <= at.line <= len(length[at.file])
        assert 1 <= at.col <= len(length[at.file][at.line - 1]) + 1
    loosely(read.value)


def wrapped(text: str) -> str:
    """Paragraphs and list items with their lines joined and broken again at 80 columns."""
    return "\n".join(_rewrapped(text.split("\n")))


def _rewrapped(lines: list[str]) -> Iterator[str]:
    fenced = False
    for flows, group in groupby(lines, lambda line: _kind(line)):
        for line in group if flows != "text" else [" ".join(one.strip() for one in group)]:
            fenced ^= line.lstrip().startswith("```")
            yield from [line] if fenced or flows in ("fixed", "blank") else _broken(line)


def _kind(line: str) -> str:
    if line.startswith(("#", "|", "```", "---", "<!--", "    ")) and not line.strip().startswith("- "):
        return "fixed"
    if not line.strip():
        return "blank"
    return f"item {line}" if line.lstrip().startswith(("- ", "* ", "1. ", "2. ", "3. ")) else "text"


def _broken(line: str) -> Iterator[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    mark = next((one for one in ("- ", "* ", "1. ", "2. ", "3. ") if line.lstrip().startswith(one)), "")
    yield from textwrap.wrap(
        line.strip(), 80, initial_indent=indent, subsequent_indent=indent + " " * len(mark),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
