"""The words that rules on wording look for, and the phrases in which they are sound. Data only.

Whole words, compared without case; a phrase matches over any white space.
"""

from __future__ import annotations


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in text.split(","))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Praise where a value, a message or a state belongs.
WEAK = _phrases(
    """
    appropriate, appropriately, adequate, adequately, reasonable, reasonably, sufficient, sufficiently,
    suitable, suitably, robust, robustly, seamless, seamlessly, smooth, smoothly, user-friendly, user
    friendly, intuitive, intuitively, efficient, efficiently, fast, quick, quickly, easy, easily,
    flexible, flexibly, scalable, proper, properly, correct, correctly, graceful, gracefully, clean,
    cleanly, nice, nicely, good, meaningful, helpful, relevant, as expected, as intended, no issues,
    without issues, without problems
    """
)

# Names of things, and deeds, that hold a weak word and mean something definite.
SOUND_PHRASES = _phrases(
    """
    clean architecture, clean build, clean builds, clean checkout, clean clone, clean database, clean
    environment, clean exit, clean git status, clean install, clean installation, clean machine, clean
    shutdown, clean slate, clean state, clean status, clean tree, clean up, clean venv, clean working
    directory, clean working tree, clean worktree, clean workspace, applies cleanly, apply cleanly,
    builds cleanly, build cleanly, compiles cleanly, compile cleanly, exits cleanly, exit cleanly,
    merges cleanly, passes cleanly, correct answer, correct answers, correct choice, correct guess,
    correct option, correct it, correct them, correct the, fail fast, fails fast, failing fast, fast
    fail, fast forward, fast forwards, fast lane, fast mode, fast path, fast refresh, fast tests, fast
    track, fast travel, good first issue, known good, last good, graceful degradation, graceful drain,
    graceful exit, graceful restart, graceful shutdown, graceful stop, graceful termination, marked as
    helpful, mark as helpful, marked helpful, meaningful paint, proper fraction, proper name, proper
    noun, proper nouns, proper subset, quick access, quick action, quick actions, quick add, quick edit,
    quick filter, quick filters, quick fix, quick link, quick links, quick mode, quick open, quick pick,
    quick replies, quick reply, quick search, quick start, quick switcher, quick view, reports no
    issues, finds no issues, shows no issues, no issues found, smooth scroll, smooth scrolling, scroll
    smoothly, sufficient balance, sufficient credit, sufficient credits, sufficient funds, sufficient
    permission, sufficient permissions, sufficient privileges, sufficient rights, sufficient scope,
    sufficient stock
    """
)

# Tools and states after which "clean" is their verdict.
SAYS_CLEAN = _phrases(
    """
    lint, lints, linter, mypy, ruff, eslint, flake8, clippy, tsc, typecheck, type check, typechecks,
    build, builds, compile, compiles, git status, tree, worktree, working tree, status, audit, pyright,
    black, prettier, vet, format, diff, types, typescript, exits, exit
    """
)

HEDGES = _phrases(
    """
    should, might, could, may, perhaps, possibly, probably, maybe, ideally, hopefully, try to, attempt
    to, consider, feel free to, if time permits
    """
)

ESCAPES = _phrases(
    """
    if possible, where possible, when possible, whenever possible, as far as possible, as far as, as
    appropriate, where appropriate, where applicable, if applicable, when applicable, as applicable, as
    required, as necessary, if necessary, where necessary, normally, typically, including but not
    limited to, but not limited to, and so on, and so forth, etc, and/or, if practical, where feasible,
    if feasible, to the extent possible
    """
)

# Comparisons and promises of speed or size that want a number.
COMPARATIVES = _phrases(
    """
    better, faster, slower, improved, optimized, optimised, minimal, maximal, best, high-performance,
    high performance, low-latency, low latency, real-time, real time, large, small, scalable,
    performant, lightweight, highly available, high availability, responsive, fast, quick, quickly,
    efficient, efficiently
    """
)

COMPARED = _phrases(
    """
    accurate, available, compact, consistent, convenient, efficient, flexible, intuitive, maintainable,
    performant, precise, readable, reliable, resilient, responsive, robust, scalable, secure, stable,
    usable, user-friendly
    """
)

SIZES_NAMED = _phrases(
    """
    best effort, best practice, best practices, large language model, large language models, large
    object, large objects, small print, minimal reproduction, real-time clock, medium, responsive
    design, responsive layout
    """
)

HAND_WAVING = _phrases(
    """
    as needed, if needed, where needed, when needed, as necessary, if necessary, where necessary,
    where appropriate, as appropriate, if appropriate, accordingly, edge cases as needed, handle
    edge cases, handles edge cases, handle all edge cases, handle any edge cases, handling of edge
    cases, handle corner cases, handle all corner cases, take care of edge cases, take care of the
    edge cases, take care of corner cases, take care of the corner cases, whatever else breaks,
    handle errors appropriately, handle errors properly, handle errors correctly, proper error
    handling, appropriate error handling, adequate error handling, robust error handling, proper
    validation, appropriate validation, relevant files, related files, necessary files, appropriate
    files, relevant places, necessary changes, required changes, relevant changes, other necessary
    changes, wire everything up, wire it all up, hook everything up, and the like, or something
    similar, or similar, you get the idea, fill in the details, rest is straightforward
    """
)

# Verbs that say what code does to code.
IMPLEMENTATION_VERBS = _words(
    """
    implement add build create introduce wire integrate replace remove rename extract split merge move
    extend refactor migrate persist expose support enforce fix configure parse render encode decode
    cache retry
    """
)

VERIFICATION_VERBS = _words(
    """
    verify validate audit certify prove confirm review assess evaluate analyse analyze measure benchmark
    document publish report
    """
)

# What verification produces in the place of code.
VERIFICATION_OBJECTS = _words(
    """
    matrix evidence coverage report audit closeout checklist sign-off signoff
    """
)

OTHER_VERBS = _words(
    """
    accept adapt adjust adopt align allow annotate append apply archive assert assign associate attach
    authenticate authorise authorize automate avoid back backfill backport batch bind block bootstrap
    bound bring broadcast bump bundle bypass calculate call cancel cap capture carry catch change check
    choose clarify clean clear clone close collapse collect combine commit compare compile complete
    compose compress compute connect consolidate consume convert copy correct count cover cut debounce
    declare decouple deduplicate default defer define delete deliver demote deny deploy deprecate derive
    describe design detect determine disable discard display dispatch distinguish divide download
    downgrade drain draw drive drop dump duplicate edit eliminate embed emit enable encrypt end enqueue
    ensure establish exclude execute exercise expand explain export fail feed fetch file fill filter
    finalise finalize find finish flag flatten flush fold follow force format forward freeze gate gather
    generate get give grant group guard guide handle harden hide highlight hoist hold honour honor hook
    host identify ignore import improve include increase index inform initialise initialize inject
    inline insert inspect install instrument isolate join keep label launch lay let leave level lift
    limit link lint list listen load localise localize lock log look lower maintain make manage map mark
    match mask memoise memoize mention minify mock model modernise modernize modify monitor mount narrow
    navigate nest normalise normalize notify observe offer omit open optimise optimize order organise
    organize output overhaul override pack package paginate parameterise parameterize pass patch pause
    perform permit pick pin place plan point polish poll populate port post prefix prepare present
    preserve prevent print prioritise prioritize process produce profile promote prompt propagate
    protect provide provision prune pull purge push put query queue quote raise rank re-export read
    rebase rebuild receive recompute reconcile record recover redact redesign redirect reduce reference
    refine refresh refuse register reinstate reject relax release relocate reload repair report reorder
    reorganise reorganize repeat request require reserve reset reshape resolve respect respond restart
    restore restrict restructure resume retain retire return reuse revert revise revoke reword rewrite
    roll rotate round route run sanitise sanitize save scaffold scan schedule scope scrub search secure
    seed select send separate serialise serialize serve set settle set-up setup share ship shorten show
    shrink simplify skip smoke-test snapshot sort specify speed squash stabilise stabilize stage
    standardise standardize start state stop store stream strengthen strip stub submit subscribe
    substitute summarise summarize surface suppress swap switch synchronise synchronize sync tag take
    teach tell template terminate test throttle throw tidy tighten time toggle trace track train
    transfer transform translate treat trigger trim tune turn type unify uninstall unpack update upgrade
    upload upsert use vendor version visualise visualize wait walk warm warn watch widen wrap write
    """
)

VERBS = IMPLEMENTATION_VERBS | VERIFICATION_VERBS | OTHER_VERBS

# What a person or a test can see happen, in every form; other verbs may be just as good.
OBSERVABLE = _words(
    """
    return respond display show print write log emit send receive create delete update store persist
    redirect reject raise fail exit contain equal match list open close appear become remain stop start
    prompt notify add remove answer read throw render include exist pass keep stay accept refuse see get
    give hold leave carry begin end find miss disable enable change move report skip succeed save load
    hide navigate go produce count
    """
)

# The words of failure, any of which may make a criterion one of failure.
FAILURE = _words(
    """
    reject refuse deny fail error invalid unknown missing absent empty blank exceed exceeds exceeding
    too duplicate conflict forbidden unauthorised unauthorized unauthenticated expired timeout cannot
    can't not no without none never unavailable unsupported malformed wrong incorrect denied refused
    rejected failed fails failure errors warning limit outside beyond over unreachable down offline
    already abort aborts aborted lost disabled future past cancel cancelled interrupted corrupt
    insufficient negative nothing exception mismatch bad block blocked
    """
)
