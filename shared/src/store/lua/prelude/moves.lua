-- Prelude: the one way to move an operation. Its fields `state` and `whereabouts` say where it is, `whereabouts` which one
-- structure has it: order (something stands before it), ready (a ready list), leased (a worker), delayed (a timer); or ended.
-- MOVES stands before this: it is the table of moves.rs, in which a new transition gets its rows.

local LANES = {interactive = true, normal = true, bulk = true}

-- The ready list of a lane: each version of the format has its own, so that workers see only what they understand.
local function ready_list(lane, version)
  version = tonumber(version) or 1
  return version > 1 and key('ready', lane, version) or key('ready', lane)
end

local function take_out(id, whereabouts, lane, version)
  if whereabouts == 'ready' then
    redis.call('LREM', ready_list(lane, version), 1, id)
  elseif whereabouts == 'delayed' then
    redis.call('ZREM', key('delayed'), id)
  elseif whereabouts == 'leased' then
    -- Its fencing token is void from now on.
    redis.call('ZREM', key('leases'), id)
    redis.call('HDEL', key('op', id), 'fence')
  end
end

-- Puts it into a ready list: what has begun goes before what has not, so that it is not starved by new work.
local function line_up(id, lane, has_begun, version)
  redis.call(has_begun and 'LPUSH' or 'RPUSH', ready_list(lane, version), id)
  redis.call('PUBLISH', key('wake'), lane)
end

-- Moves an operation: out of the structure that has it, into `whereabouts`. No state keeps the state. `where` is the lane for
-- ready (else the one it had), the moment for leased and delayed. A move that the table does not have is a bug, and an error.
local function move(id, by, state, whereabouts, where)
  local op = key('op', id)
  local its_state, its_whereabouts, lane, begun, version = unpack(redis.call('HMGET', op,
    'state', 'whereabouts', 'lane', 'started_at', 'version'))
  state = state or its_state
  local from = its_state and its_state .. ' ' .. tostring(its_whereabouts) or '-'
  local edge = by .. ': ' .. from .. ' > ' .. tostring(state) .. ' ' .. whereabouts
  if not string.find(MOVES, '|' .. edge .. '|', 1, true) then
    error('illegal move of ' .. id .. ' by ' .. edge)
  end
  if its_whereabouts == 'leased' and whereabouts == 'leased' then
    redis.call('HSET', op, 'state', state)
    return
  end
  take_out(id, its_whereabouts, lane or '', version)
  redis.call('HSET', op, 'state', state, 'whereabouts', whereabouts)
  if whereabouts == 'ready' then
    where = where or LANES[lane] and lane or 'normal'
    redis.call('HSET', op, 'lane', where)
    line_up(id, where, begun, version)
  elseif whereabouts == 'leased' then
    redis.call('ZADD', key('leases'), where, id)
  elseif whereabouts == 'delayed' then
    redis.call('ZADD', key('delayed'), where, id)
  end
end

-- Takes an operation out of everything that may have it, whatever its record says: none of it can be relied on, so that no
-- row of the table is looked up.
local function expel(id)
  for lane in pairs(LANES) do
    for _, list in ipairs({ready_list(lane), ready_list(lane, field(id, 'version'))}) do
      redis.call('LREM', list, 0, id)
    end
  end
  for _, family in ipairs({'delayed', 'leases', 'unfinished'}) do
    redis.call('ZREM', key(family), id)
  end
  if redis.call('EXISTS', key('op', id)) == 1 then
    redis.pcall('HSET', key('op', id), 'state', 'stuck', 'whereabouts', 'ended', 'finished_at', now)
    redis.pcall('HDEL', key('op', id), 'fence', 'reason')
  end
end
