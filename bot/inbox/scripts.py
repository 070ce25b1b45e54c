"""The Lua scripts behind the inbox: each is one atomic step on Redis. Text only; must
not talk to Redis itself.

Keys, all in one database (Redis Cluster is not supported): `gp:delivery:<guid>` hash, a delivery with its
state; `gp:waiting:<subject>` set of guids not yet settled; `gp:subject:<subject>` and
`gp:think:<subject>` hashes, the record of one kind of work on one subject; `gp:due:<kind>` sorted set,
subject → the earliest second at which it may be claimed; `gp:parked` hash, `<kind> <subject>` → why.
While a lease is alive the score in the due set is the lease's end, so a holder that dies becomes due by
itself and nothing has to look for it.
"""

from __future__ import annotations

DELIVERY_SECONDS = 4 * 24 * 3600
RECORD_SECONDS = 30 * 24 * 3600

# Every script takes the time as its first argument: "" means Redis's own clock, which all machines share.
_PRELUDE = (
    """
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local t = redis.call('TIME')
  return tonumber(t[1]) + tonumber(t[2]) / 1000000
end
local function text(number) return string.format('%.6f', number) end
local function record(kind, subject)
  if kind == 'tend' then return 'gp:subject:' .. subject end
  return 'gp:' .. kind .. ':' .. subject
end
local function hint(key, installation, full_name)
  if installation == '' then return end
  redis.call('HSET', key, 'installation_id', installation, 'full_name', full_name)
end
local function arm(kind, subject, t, at, revive)
  local key = record(kind, subject)
  local known = redis.call('HMGET', key, 'until', 'parked', 'next')
  if known[2] then
    if not revive then return 0 end
    redis.call('HDEL', 'gp:parked', kind .. ' ' .. subject)
    redis.call('HDEL', key, 'parked', 'failures', 'crashes', 'waits', 'owner', 'until')
    known[1] = false
  end
  redis.call('HINCRBY', key, 'seq', 1)
  redis.call('PERSIST', key)
  local leased = tonumber(known[1] or '0')
  if leased > t then
    if not known[3] or tonumber(known[3]) > at then redis.call('HSET', key, 'next', text(at)) end
    at = leased
  end
  redis.call('ZADD', 'gp:due:' .. kind, 'LT', text(at), subject)
  return 1
end
local function settle(subject, state)
  local waiting = 'gp:waiting:' .. subject
  for _, guid in ipairs(redis.call('SMEMBERS', waiting)) do
    local delivery = 'gp:delivery:' .. guid
    local before = redis.call('HGET', delivery, 'state')
    if before then
      local open = redis.call('HINCRBY', delivery, 'open', -1)
      if state == 'failed' or (open <= 0 and before ~= 'failed') then
        redis.call('HSET', delivery, 'state', state)
      end
    end
  end
  redis.call('DEL', waiting)
end
local function park(kind, subject, t, why)
  local key = record(kind, subject)
  redis.call('HSET', 'gp:parked', kind .. ' ' .. subject, cjson.encode({at = t, reason = why}))
  redis.call('HSET', key, 'parked', text(t))
  redis.call('HDEL', key, 'owner', 'until', 'next')
  redis.call('EXPIRE', key, """
    + str(RECORD_SECONDS)
    + """)
  redis.call('ZREM', 'gp:due:' .. kind, subject)
  if kind == 'tend' then settle(subject, 'failed')
  else arm('tend', subject, t, t, false) end
end
"""
)

# now, then one line for each delivery: guid, event, action, subjects (space between), installation,
# full_name with tabs between. Gives one letter for each: k(ept), a(gain), d(one), e(rror). One long
# argument and one short answer, because the client pays for every part. One broken record must not fail its
# neighbours.
KEEP = (
    _PRELUDE
    + """
local t = clock(ARGV[1])
local function keep(guid, event, action, subjects, installation, full_name)
  local delivery = 'gp:delivery:' .. guid
  local before = redis.call('HGET', delivery, 'state')
  if before == 'done' then return 'd' end
  redis.call('HSET', delivery, 'event', event, 'action', action, 'subjects', subjects, 'state', 'queued',
    'installation', installation, 'full_name', full_name, 'at', text(t))
  redis.call('EXPIRE', delivery, """
    + str(DELIVERY_SECONDS)
    + """)
  for subject in string.gmatch(subjects, '%S+') do
    arm('tend', subject, t, t, true)
    hint(record('tend', subject), installation, full_name)
    if event == 'issue_comment' or event == 'pull_request_review' then
      redis.call('HSET', record('tend', subject), 'spoken', text(t))
      redis.call('SADD', 'gp:urgent', subject)
    end
    if redis.call('SADD', 'gp:waiting:' .. subject, guid) == 1 then
      redis.call('HINCRBY', delivery, 'open', 1)
    end
  end
  return before and 'a' or 'k'
end
local letters = {}
for line in string.gmatch(ARGV[2], '[^\\n]+') do
  local ok, letter = pcall(keep, string.match(line, '^(.-)\\t(.-)\\t(.-)\\t(.-)\\t(.-)\\t(.-)$'))
  letters[#letters + 1] = ok and letter or 'e'
end
return table.concat(letters)
"""
)

# now, kind, subject, delay, installation, full_name, revive
ARM = (
    _PRELUDE
    + """
local t = clock(ARGV[1])
if arm(ARGV[2], ARGV[3], t, t + tonumber(ARGV[4]), ARGV[7] == '1') == 0 then return 0 end
hint(record(ARGV[2], ARGV[3]), ARGV[5], ARGV[6])
return 1
"""
)

# now, kind, subject, owner, ttl, crash limit. Gives false, or run, seq, installation, full_name, failures,
# waits.
CLAIM = (
    _PRELUDE
    + """
local t, kind, subject = clock(ARGV[1]), ARGV[2], ARGV[3]
local key = record(kind, subject)
local due = redis.call('ZSCORE', 'gp:due:' .. kind, subject)
if not due or tonumber(due) > t then return false end
local known = redis.call('HMGET', key, 'until', 'owner', 'seq', 'installation_id', 'full_name', 'failures',
  'waits')
if tonumber(known[1] or '0') > t then return false end
if known[2] then
  local crashes = redis.call('HINCRBY', key, 'crashes', 1)
  if crashes >= tonumber(ARGV[6]) then
    park(kind, subject, t, 'its worker died ' .. crashes .. ' times in a row')
    return false
  end
end
local run = redis.call('HINCRBY', key, 'run', 1)
local over = text(t + tonumber(ARGV[5]))
redis.call('HSET', key, 'owner', ARGV[4], 'until', over)
redis.call('HDEL', key, 'next', 'wake', 'woken')
redis.call('ZADD', 'gp:due:' .. kind, over, subject)
if kind == 'tend' then redis.call('SREM', 'gp:urgent', subject) end
return {run, tonumber(known[3] or '0'), known[4] or '0', known[5] or '', tonumber(known[6] or '0'),
  tonumber(known[7] or '0')}
"""
)

# now, kind, subject, owner, run, ttl
RENEW = (
    _PRELUDE
    + """
local key = record(ARGV[2], ARGV[3])
local known = redis.call('HMGET', key, 'owner', 'run')
if known[1] ~= ARGV[4] or known[2] ~= ARGV[5] then return 0 end
local over = text(clock(ARGV[1]) + tonumber(ARGV[6]))
redis.call('HSET', key, 'until', over)
redis.call('ZADD', 'gp:due:' .. ARGV[2], over, ARGV[3])
return 1
"""
)

# now, kind, subject, owner, run, seq, again_in ("" = at rest), outcome (ok | wait | failed), failure limit,
# reason
RELEASE = (
    _PRELUDE
    + """
local t, kind, subject, outcome = clock(ARGV[1]), ARGV[2], ARGV[3], ARGV[8]
local key = record(kind, subject)
local known = redis.call('HMGET', key, 'owner', 'run', 'seq', 'next')
if known[1] ~= ARGV[4] or known[2] ~= ARGV[5] then return 0 end
redis.call('HDEL', key, 'owner', 'until', 'next', 'crashes')
if outcome == 'failed' then
  if redis.call('HINCRBY', key, 'failures', 1) >= tonumber(ARGV[9]) then
    park(kind, subject, t, ARGV[10])
    return 1
  end
elseif outcome == 'wait' then redis.call('HINCRBY', key, 'waits', 1)
else redis.call('HDEL', key, 'failures', 'waits') end
local newer = tonumber(known[3] or '0') > tonumber(ARGV[6])
if ARGV[7] == '' and not newer then
  redis.call('ZREM', 'gp:due:' .. kind, subject)
  redis.call('EXPIRE', key, """
    + str(RECORD_SECONDS)
    + """)
  if kind == 'tend' then settle(subject, 'done') end
  return 1
end
local at = ARGV[7] ~= '' and t + tonumber(ARGV[7]) or nil
if newer then
  local armed = tonumber(known[4] or text(t))
  if not at or armed < at then at = armed end
end
redis.call('ZADD', 'gp:due:' .. kind, text(at), subject)
return 1
"""
)

# now, kind, subject, owner: the owner is known to be dead, so its lease ends now.
BURY = (
    _PRELUDE
    + """
local t, key = clock(ARGV[1]), record(ARGV[2], ARGV[3])
if redis.call('HGET', key, 'owner') ~= ARGV[4] then return 0 end
redis.call('HSET', key, 'until', text(t))
redis.call('ZADD', 'gp:due:' .. ARGV[2], text(t), ARGV[3])
return 1
"""
)

# now, kind, limit. Gives the subjects that may be claimed now, longest due first.
OVERDUE = (
    _PRELUDE
    + """
local now = text(clock(ARGV[1]))
return redis.call('ZRANGE', 'gp:due:' .. ARGV[2], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[3])
"""
)

# now. Gives, for tend and think, seconds until the next claim is possible (negative: overdue), "" when none.
HORIZON = (
    _PRELUDE
    + """
local t, found = clock(ARGV[1]), {}
for i, kind in ipairs({'tend', 'think'}) do
  local first = redis.call('ZRANGE', 'gp:due:' .. kind, 0, 0, 'WITHSCORES')
  found[i] = first[2] and text(tonumber(first[2]) - t) or ''
end
found[3] = redis.call('HLEN', 'gp:parked')
return found
"""
)

# kind, subject (any text), reason: what cannot be worked on is put aside whatever state it is in.
SET_ASIDE = """
redis.call('ZREM', 'gp:due:' .. ARGV[1], ARGV[2])
redis.call('HSET', 'gp:parked', ARGV[1] .. ' ' .. ARGV[2], cjson.encode({at = 0, reason = ARGV[3]}))
return 1
"""

# now, kind, queue, room, grace, created, timeout, failure_ttl, job seconds, "first" or "last", then subject
# and job data in pairs. "first": before all others, whatever room there is; who waits in the queue already
# moves to its front, once. Writes jobs in RQ 2.12's own format. A subject gets no second wake-up while its
# first one is in the queue, nor in the seconds between the pop and the claim.
WAKE = (
    _PRELUDE
    + """
local t, kind, queue = clock(ARGV[1]), ARGV[2], 'rq:queue:' .. ARGV[3]
local room, grace, sent = tonumber(ARGV[4]) - redis.call('LLEN', queue), tonumber(ARGV[5]), 0
local first = ARGV[10] == 'first'
if first then room = #ARGV end
for i = 11, #ARGV, 2 do
  if sent >= room then break end
  local subject = ARGV[i]
  local key = record(kind, subject)
  local due = redis.call('ZSCORE', 'gp:due:' .. kind, subject)
  local known = redis.call('HMGET', key, 'wake', 'woken')
  local queued = known[1] and redis.call('EXISTS', 'rq:job:' .. known[1]) == 1
    and redis.call('LPOS', queue, known[1])
  local age = known[2] and t - tonumber(known[2]) or grace
  if first and not due then redis.call('SREM', 'gp:urgent', subject) end
  if first and queued and redis.call('HGET', key, 'first') ~= known[1] then
    redis.call('LREM', queue, 1, known[1])
    redis.call('LPUSH', queue, known[1])
    redis.call('HSET', key, 'first', known[1])
  end
  if due and tonumber(due) <= t and not queued and (age >= grace or age < 0) then
    local id = kind .. '-' .. string.gsub(subject, '#', '-') .. '-' .. redis.call('INCR', 'gp:wakes')
    redis.call('HSET', 'rq:job:' .. id, 'data', ARGV[i + 1], 'origin', ARGV[3], 'status', 'queued',
      'description', kind .. ' ' .. subject, 'created_at', ARGV[6], 'enqueued_at', ARGV[6],
      'timeout', ARGV[7], 'result_ttl', '0', 'failure_ttl', ARGV[8])
    redis.call('EXPIRE', 'rq:job:' .. id, ARGV[9])
    redis.call('HSET', key, 'wake', id, 'woken', text(t))
    redis.call(first and 'LPUSH' or 'RPUSH', queue, id)
    if first then redis.call('HSET', key, 'first', id) end
    sent = sent + 1
  end
end
if sent > 0 then redis.call('SADD', 'rq:queues', queue) end
return sent
"""
)

# The arguments of WAKE with one pair. No lease guards the sweep, so `gp:sweeping` holds the job that sweeps
# until END_SWEEP says it is over; five minutes if that job was lost.
WAKE_SWEEP = (
    _PRELUDE
    + """
local under_way = redis.call('GET', 'gp:sweeping')
if under_way and under_way ~= 'over' then return 0 end
local queue, id = 'rq:queue:' .. ARGV[3], 'sweep-' .. redis.call('INCR', 'gp:wakes')
redis.call('SET', 'gp:sweeping', id, 'EX', 300)
redis.call('HSET', 'rq:job:' .. id, 'data', ARGV[12], 'origin', ARGV[3], 'status', 'queued',
  'description', 'sweep', 'created_at', ARGV[6], 'enqueued_at', ARGV[6],
  'timeout', ARGV[7], 'result_ttl', '0', 'failure_ttl', ARGV[8])
redis.call('EXPIRE', 'rq:job:' .. id, ARGV[9])
redis.call('SADD', 'rq:queues', queue)
redis.call('RPUSH', queue, id)
return 1
"""
)

# job id: lets the next sweep in, unless another job than this one is at it by now.
END_SWEEP = """
if redis.call('GET', 'gp:sweeping') ~= ARGV[1] then return 0 end
redis.call('SET', 'gp:sweeping', 'over', 'EX', 300)
return 1
"""
