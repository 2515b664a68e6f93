"""The changes that must happen as a whole, as Lua that Redis runs: one script a change.

Keys, all under PREFIX: `job:ID` (a hash), `events:ID` (a list), `pictures:ID` (a hash), `file:ID`, `line:MODEL` (ids by
turn), `leases:MODEL` (ids by the end of the lease), `ended:STATE` (ids by the end), `owner:OWNER` (ids),
`key:OWNER KEY`, `models`, `webhooks` (ids by when the receiver is to be told). The clock is Redis's own, one for all.
"""

PREFIX = "cosmicman:jobs:"

_SHARED = f"""
local P = '{PREFIX}'
local call = redis.call
local clock = call('TIME')
local now = clock[1] + clock[2] / 1000000

local function stamp(seconds)
  return string.format('%.6f', seconds)
end

local function key_of(owner, key)
  return P .. 'key:' .. #owner .. ':' .. owner .. ':' .. key
end

local function add_event(id, name, data)
  call('RPUSH', P .. 'events:' .. id, name .. '\\n' .. data)
end

local function finish(id, state, problem)
  local job = P .. 'job:' .. id
  local known = call('HMGET', job, 'model', 'webhook')
  call('ZREM', P .. 'line:' .. known[1], id)
  call('ZREM', P .. 'leases:' .. known[1], id)
  call('HSET', job, 'state', state, 'ended', stamp(now))
  call('ZADD', P .. 'ended:' .. state, stamp(now), id)
  call('DEL', P .. 'file:' .. id)
  if known[2] ~= '' then
    call('ZADD', P .. 'webhooks', stamp(now), id)
  end
  if problem ~= '' then
    call('HSET', job, 'note:problem', problem)
    add_event(id, 'error', problem)
  elseif state == 'cancelled' then
    add_event(id, 'cancelled', '{{"id": "' .. id .. '"}}')
  end
end
"""

#: id, owner, model, body, head start, key, digest, webhook, most, file -> word and the job.
ACCEPT = (
    _SHARED
    + """
local id, owner, model, body, head, key, digest, webhook, most, file = unpack(ARGV)
local job = P .. 'job:' .. id
if call('EXISTS', job) == 1 then
  return {'made', id, call('HGETALL', job)}
end
if key ~= '' then
  local known = call('GET', key_of(owner, key))
  if known then
    local word = call('HGET', P .. 'job:' .. known, 'digest') == digest and 'known' or 'used'
    return {word, known, call('HGETALL', P .. 'job:' .. known)}
  end
end
local waiting = call('ZCARD', P .. 'line:' .. model)
if waiting >= tonumber(most) then
  return {'full', waiting}
end
call('HSET', job, 'owner', owner, 'model', model, 'state', 'queued', 'body', body, 'created', stamp(now),
  'turn', stamp(now - head), 'attempts', 0, 'cancel', 0, 'token', '', 'key', key, 'digest', digest,
  'webhook', webhook, 'webhook_attempts', 0)
if file ~= '' then
  call('SET', P .. 'file:' .. id, file)
end
if key ~= '' then
  call('SET', key_of(owner, key), id)
end
call('SADD', P .. 'models', model)
call('ZADD', P .. 'owner:' .. owner, 0, id)
call('ZADD', P .. 'line:' .. model, stamp(now - head), id)
add_event(id, 'queued', '{"id":"' .. id .. '","position":' .. call('ZRANK', P .. 'line:' .. model, id) .. '}')
return {'made', id, call('HGETALL', job)}
"""
)

#: id -> 1 if there is such a job.
CANCEL = (
    _SHARED
    + """
local id = ARGV[1]
local state = call('HGET', P .. 'job:' .. id, 'state')
if state == 'queued' then
  finish(id, 'cancelled', '')
elseif state == 'running' then
  call('HSET', P .. 'job:' .. id, 'cancel', 1)
end
return state and 1 or 0
"""
)

#: model, seconds of the lease, attempts, problem of those given up, 1 if alone, token -> id, job and file, or nothing.
TAKE = (
    _SHARED
    + """
local model, seconds, most, problem, alone, token = unpack(ARGV)
local chosen
for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'leases:' .. model, '-inf', '(' .. stamp(now), 'LIMIT', 0, 100)) do
  local known = call('HMGET', P .. 'job:' .. id, 'cancel', 'attempts')
  if known[1] == '1' then
    finish(id, 'cancelled', '')
  elseif tonumber(known[2]) >= tonumber(most) then
    finish(id, 'failed', problem)
  else
    chosen = chosen or id
  end
end
chosen = chosen or call('ZRANGE', P .. 'line:' .. model, 0, 0)[1]
if not chosen then
  return false
end
local job = P .. 'job:' .. chosen
if alone == '0' and tonumber(call('HGET', job, 'attempts')) >= most - 1 then
  return false
end
call('ZREM', P .. 'line:' .. model, chosen)
call('ZADD', P .. 'leases:' .. model, stamp(now + seconds), chosen)
call('HSET', job, 'state', 'running', 'token', token, 'written', 0, 'started', stamp(now))
call('HINCRBY', job, 'attempts', 1)
return {chosen, call('HGETALL', job), call('GET', P .. 'file:' .. chosen) or ''}
"""
)

_HELD = """
local id, token = ARGV[1], ARGV[2]
local job = P .. 'job:' .. id
local known = call('HMGET', job, 'state', 'token', 'model', 'cancel', 'turn')
local mine = known[2] == token
local held = mine and known[1] == 'running'
"""

#: id, token, seconds -> held, cancelled or lost.
RENEW = (
    _SHARED
    + _HELD
    + """
if not held then
  return 'lost'
end
call('ZADD', P .. 'leases:' .. known[3], stamp(now + ARGV[3]), id)
return known[4] == '1' and 'cancelled' or 'held'
"""
)

#: id, token, state, counts of notes, events and pictures, the update's number, then these -> 1 if written.
WRITE = (
    _SHARED
    + _HELD
    + """
local state, number = ARGV[3], tonumber(ARGV[7])
if mine and tonumber(call('HGET', job, 'written')) >= number then
  return 1
end
if not held then
  return 0
end
call('HSET', job, 'written', number)
local place = 8
for _ = 1, ARGV[4] do
  call('HSET', job, 'note:' .. ARGV[place], ARGV[place + 1])
  place = place + 2
end
for _ = 1, ARGV[5] do
  add_event(id, ARGV[place], ARGV[place + 1])
  place = place + 2
end
for _ = 1, ARGV[6] do
  call('HSET', P .. 'pictures:' .. id, ARGV[place], ARGV[place + 1])
  place = place + 2
end
if state ~= '' then
  finish(id, state, '')
end
return 1
"""
)

#: id, token, 1 if the attempt counts.
RELEASE = (
    _SHARED
    + _HELD
    + """
if not held then
  return 0
end
call('ZREM', P .. 'leases:' .. known[3], id)
if ARGV[3] == '0' then
  call('HINCRBY', job, 'attempts', -1)
end
call('HSET', job, 'state', 'queued', 'token', '')
call('HDEL', job, 'started')
call('ZADD', P .. 'line:' .. known[3], known[5], id)
if known[4] == '1' then
  finish(id, 'cancelled', '')
end
return 1
"""
)

#: model, seconds, problem of those that nobody serves -> how many were deleted.
SWEEP = (
    _SHARED
    + """
local model, seconds, problem = unpack(ARGV)
for _, other in ipairs(call('SMEMBERS', P .. 'models')) do
  if other ~= model then
    for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'line:' .. other, '-inf', stamp(now - seconds), 'LIMIT', 0, 100)) do
      finish(id, 'failed', problem)
    end
    if call('EXISTS', P .. 'line:' .. other, P .. 'leases:' .. other) == 0 then
      call('SREM', P .. 'models', other)
    end
  end
end
local deleted = 0
for _, state in ipairs({'finished', 'failed', 'cancelled'}) do
  local old = call('ZRANGEBYSCORE', P .. 'ended:' .. state, '-inf', '(' .. stamp(now - seconds), 'LIMIT', 0, 100)
  for _, id in ipairs(old) do
    if not call('ZSCORE', P .. 'webhooks', id) then
      local known = call('HMGET', P .. 'job:' .. id, 'owner', 'key')
      if known[1] then
        call('ZREM', P .. 'owner:' .. known[1], id)
        if known[2] ~= '' then
          call('DEL', key_of(known[1], known[2]))
        end
      end
      call('DEL', P .. 'job:' .. id, P .. 'events:' .. id, P .. 'pictures:' .. id, P .. 'file:' .. id)
      call('ZREM', P .. 'ended:' .. state, id)
      deleted = deleted + 1
    end
  end
end
return deleted
"""
)

#: seconds of the lease -> id and job, or nothing.
MESSAGE = (
    _SHARED
    + """
local due = call('ZRANGEBYSCORE', P .. 'webhooks', '-inf', stamp(now), 'LIMIT', 0, 1)
if not due[1] then
  return false
end
local job = call('HGETALL', P .. 'job:' .. due[1])
if #job == 0 then
  call('ZREM', P .. 'webhooks', due[1])
  return false
end
call('ZADD', P .. 'webhooks', stamp(now + ARGV[1]), due[1])
return {due[1], job}
"""
)

#: id, outcome as JSON, seconds until the next attempt or nothing.
TOLD = (
    _SHARED
    + """
local job = P .. 'job:' .. ARGV[1]
if call('EXISTS', job) == 0 or ARGV[3] == '' then
  call('ZREM', P .. 'webhooks', ARGV[1])
else
  call('ZADD', P .. 'webhooks', stamp(now + ARGV[3]), ARGV[1])
end
if call('EXISTS', job) == 1 then
  call('HINCRBY', job, 'webhook_attempts', 1)
  call('HSET', job, 'note:webhook', ARGV[2])
end
return 1
"""
)

#: -> states and how many jobs are in each.
COUNTS = (
    _SHARED
    + """
local queued, running = 0, 0
for _, model in ipairs(call('SMEMBERS', P .. 'models')) do
  queued = queued + call('ZCARD', P .. 'line:' .. model)
  running = running + call('ZCARD', P .. 'leases:' .. model)
end
return {queued, running, call('ZCARD', P .. 'ended:finished'), call('ZCARD', P .. 'ended:failed'),
  call('ZCARD', P .. 'ended:cancelled')}
"""
)
