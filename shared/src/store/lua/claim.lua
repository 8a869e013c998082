-- Takes the next operation: due timers and expired leases become ready, then the first lane that has one is served.
-- KEYS    1 namespace
-- ARGV    name of the worker, lease in milliseconds, moment until which the worker waits for the answer, nonce of the fencing
--         token, crashes allowed; `claimed`, `resumed`, `resumed` after a crash; problem and `finished` of a quarantine
-- Result  claimed, now, fence, after crash (0|1), operation, steps; or none, now, milliseconds to the next timer or lease (-1)

local worker, lease, waits_until = take(), take(), tonumber(take())
local nonce, crashes_allowed = take(), tonumber(take())
local claimed, resumed, resumed_after_crash = take(), take(), take()
local quarantine, quarantined = take(), take()
local PROMOTED_AT_ONCE = 100

-- Sent before Redis was away for a while. What it claimed would be in nobody's hands until its lease ran out.
if now > waits_until then
  return {'none', now, 0}
end

-- Moves what is due to the ready lists. An entry of an operation that is elsewhere is left over from a script that broke off.
local function promote(timers, whereabouts, by, before)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'LIMIT', 0, PROMOTED_AT_ONCE)) do
    if field(id, 'whereabouts') == whereabouts then
      before(key('op', id))
      move(id, by, nil, 'ready')
    else
      redis.call('ZREM', timers, id)
    end
  end
end

promote(key('delayed'), 'delayed', 'due', function() end)
promote(key('leases'), 'leased', 'expire', function(op)
  redis.call('HINCRBY', op, 'crashes', 1)
  redis.call('HSET', op, 'after_crash', 1)
end)

-- Workers die at this one again and again: it stays as it is until a person looks.
local function set_aside(id)
  local op = key('op', id)
  local does, district, heritage = unpack(redis.call('HMGET', op, 'does', 'district', 'heritage'))
  redis.call('HSET', op, 'error', quarantine)
  end_attempt(id, 'quarantine', 'stuck', {quarantined})
  if does ~= 'change' then
    settle(record_of(district, heritage), does, does == 'create' and 'failed' or 'delete_failed')
  end
  pass_on(id)
end

local function begin(id)
  local op = key('op', id)
  local state, started, after_crash = unpack(redis.call('HMGET', op, 'state', 'started_at', 'after_crash'))
  local fence = redis.call('HINCRBY', op, 'claims', 1) .. ':' .. nonce
  move(id, 'claim', state == 'undoing' and state or 'running', 'leased', now + lease)
  redis.call('HSET', op, 'fence', fence, 'worker', worker)
  redis.call('HDEL', op, 'reason', 'after_crash', 'woken', 'released')
  if redis.call('HSETNX', op, 'started_at', now) == 1 then
    local usual = redis.call('HGET', key('durations'), redis.call('HGET', op, 'kind'))
    if usual then
      redis.call('HSET', op, 'due_at', now + usual)
    end
  end
  journal(id, {not started and claimed or after_crash and resumed_after_crash or resumed})
  return {'claimed', now, fence, after_crash and 1 or 0,
    redis.call('HGETALL', op), redis.call('HGETALL', key('steps', id))}
end

for _, lane in ipairs({'interactive', 'normal', 'bulk'}) do
  local ready = key('ready', lane)
  local id = redis.call('LINDEX', ready, 0)
  while id do
    if field(id, 'whereabouts') ~= 'ready' or field(id, 'lane') ~= lane then
      redis.call('LPOP', ready)
    elseif tonumber(field(id, 'crashes') or 0) < crashes_allowed then
      return begin(id)
    else
      set_aside(id)
    end
    id = redis.call('LINDEX', ready, 0)
  end
end

local soonest = -1
for _, timers in ipairs({key('delayed'), key('leases')}) do
  local head = redis.call('ZRANGE', timers, 0, 0, 'WITHSCORES')[2]
  if head and (soonest < 0 or head - now < soonest) then
    soonest = math.max(head - now, 0)
  end
end
return {'none', now, soonest}
