-- Prelude: where an unfinished operation is. Its field `whereabouts` says which one structure holds it:
-- order (something stands before it), ready (a ready list), leased (a worker), delayed (a timer); or ended.

-- Puts it into a ready list: what has begun goes before what has not, so that it is not starved by new work.
local function make_ready(id, lane)
  lane = lane or field(id, 'lane')
  redis.call('HSET', key('op', id), 'whereabouts', 'ready', 'lane', lane)
  redis.call(field(id, 'started_at') and 'LPUSH' or 'RPUSH', key('ready', lane), id)
  redis.call('PUBLISH', key('wake'), lane)
end

-- Takes it out of the ready list, the timer or the lease that has it; its fencing token is void from now on.
local function take_out(id)
  local whereabouts = field(id, 'whereabouts')
  if whereabouts == 'ready' then
    redis.call('LREM', key('ready', field(id, 'lane')), 1, id)
  elseif whereabouts == 'delayed' then
    redis.call('ZREM', key('delayed'), id)
  elseif whereabouts == 'leased' then
    redis.call('ZREM', key('leases'), id)
  end
  redis.call('HDEL', key('op', id), 'fence')
end
