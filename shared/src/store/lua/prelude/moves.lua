-- Prelude: the one way to move an operation. Its fields `state` and `whereabouts` say where it is, `whereabouts` which one
-- structure has it: order (something stands before it), ready (a ready list), leased (a worker), delayed (a timer); or ended.
-- MOVES stands before this: it is the table of moves.rs, in which a new transition gets its rows.

local function take_out(id, whereabouts, lane)
  if whereabouts == 'ready' then
    redis.call('LREM', key('ready', lane), 1, id)
  elseif whereabouts == 'delayed' then
    redis.call('ZREM', key('delayed'), id)
  elseif whereabouts == 'leased' then
    -- Its fencing token is void from now on.
    redis.call('ZREM', key('leases'), id)
    redis.call('HDEL', key('op', id), 'fence')
  end
end

-- Puts it into a ready list: what has begun goes before what has not, so that it is not starved by new work.
local function line_up(id, lane, has_begun)
  redis.call(has_begun and 'LPUSH' or 'RPUSH', key('ready', lane), id)
  redis.call('PUBLISH', key('wake'), lane)
end

-- Moves an operation: out of the structure that has it, into `whereabouts`. No state keeps the state. `where` is the lane for
-- ready (else the one it had), the moment for leased and delayed. A move that the table does not have is a bug, and an error.
local function move(id, by, state, whereabouts, where)
  local op = key('op', id)
  local its_state, its_whereabouts, lane, begun = unpack(redis.call('HMGET', op,
    'state', 'whereabouts', 'lane', 'started_at'))
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
  take_out(id, its_whereabouts, lane)
  redis.call('HSET', op, 'state', state, 'whereabouts', whereabouts)
  if whereabouts == 'ready' then
    if where then
      redis.call('HSET', op, 'lane', where)
    end
    line_up(id, where or lane, begun)
  elseif whereabouts == 'leased' then
    redis.call('ZADD', key('leases'), where, id)
  elseif whereabouts == 'delayed' then
    redis.call('ZADD', key('delayed'), where, id)
  end
end
