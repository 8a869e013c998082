-- Takes the next operation: due timers and expired leases become ready, then the first lane that has one is served.
-- KEYS    1 namespace
-- ARGV    name of the worker, newest version of the format that it understands, lease in milliseconds, moment until which the
--         worker waits for the answer, nonce of the fencing token, crashes allowed; `claimed`, `resumed`, `resumed` after a
--         crash; problem and `finished` of a quarantine
-- Result  claimed, now, fence, after crash (0|1), operation, steps; or corrupt, now, id, why; or none, now, milliseconds to
--         the next timer or lease (-1)

local worker, understands = take(), tonumber(take())
local lease, waits_until = take(), tonumber(take())
local nonce, crashes_allowed = take(), tonumber(take())
local claimed, resumed, resumed_after_crash = take(), take(), take()
local quarantine, quarantined = take(), take()
local PROMOTED_AT_ONCE = 100

-- Sent before Redis was away for a while. What it claimed would be in nobody's hands until its lease ran out.
if now > waits_until then
  return {'none', now, 0}
end

redis.call('HSET', key('workers'), understands, now)

-- An operation at which a script fails does not stop others: it is named, and set aside by a call of its own.
local function corrupt(id, raised)
  return {'corrupt', now, id, said(raised)}
end

-- Moves what is due to the ready lists. An entry of an operation that is elsewhere is left over from a script that broke off.
local function promote(timers, whereabouts, by, before)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'LIMIT', 0, PROMOTED_AT_ONCE)) do
    if field(id, 'whereabouts') == whereabouts then
      local is_sound, raised = pcall(function()
        before(key('op', id))
        move(id, by, nil, 'ready')
      end)
      if not is_sound then
        return corrupt(id, raised)
      end
    else
      redis.call('ZREM', timers, id)
    end
  end
end

local broken = promote(key('delayed'), 'delayed', 'due', function() end)
  or promote(key('leases'), 'leased', 'expire', function(op)
    redis.call('HINCRBY', op, 'crashes', 1)
    redis.call('HSET', op, 'after_crash', 1)
  end)
if broken then
  return broken
end

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
    local usual = tonumber(redis.call('HGET', key('durations'), field(id, 'kind') or ''))
    if usual then
      redis.call('HSET', op, 'due_at', now + usual)
    end
  end
  journal(id, {not started and claimed or after_crash and resumed_after_crash or resumed})
  return {'claimed', now, fence, after_crash and 1 or 0,
    redis.call('HGETALL', op), redis.call('HGETALL', key('steps', id))}
end

-- The claim, when there is one; workers died too often at what is set aside.
local function serve(id)
  if tonumber(field(id, 'crashes') or 0) < crashes_allowed then
    return begin(id)
  end
  set_aside(id)
end

-- The next of a lane that this worker understands, with the list that has it: of each version the first, of those what has
-- begun, and then what was accepted before.
local function next_of(lane)
  local best, its_list, its_rank
  for version = understands, 1, -1 do
    local list = ready_list(lane, version)
    local id = redis.call('LINDEX', list, 0)
    local rank = id and (tonumber(field(id, 'place')) or 0) + (field(id, 'started_at') and 0 or 2 ^ 52)
    if id and (not best or rank < its_rank) then
      best, its_list, its_rank = id, list, rank
    end
  end
  return best, its_list
end

for _, lane in ipairs({'interactive', 'normal', 'bulk'}) do
  local id, list = next_of(lane)
  while id do
    local whereabouts, its_lane, version = field(id, 'whereabouts'), field(id, 'lane'), field(id, 'version')
    if whereabouts ~= 'ready' or its_lane ~= lane then
      redis.call('LPOP', list)
    elseif ready_list(lane, version) ~= list then
      -- A version that knew only one list has put it here.
      redis.call('LPOP', list)
      if not redis.call('LPOS', ready_list(lane, version), id) then
        line_up(id, lane, field(id, 'started_at'), version)
      end
    else
      local is_sound, answer = pcall(serve, id)
      if answer then
        return is_sound and answer or corrupt(id, answer)
      end
    end
    id, list = next_of(lane)
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
