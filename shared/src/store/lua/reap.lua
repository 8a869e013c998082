-- Repairs what a broken-off script or a restored backup left: every unfinished operation is again in exactly the structure
-- that it says it is in, or is offered its turn.
-- KEYS    1 namespace
-- ARGV    cursor, how many to look at
-- Result  ok, now, next cursor, ids repaired

local cursor, count = take(), take()
local repaired = {}

local function is_where_it_says(id, whereabouts)
  if whereabouts == 'ready' then
    return redis.call('LPOS', key('ready', field(id, 'lane')), id)
  elseif whereabouts == 'leased' then
    return redis.call('ZSCORE', key('leases'), id)
  elseif whereabouts == 'delayed' then
    return redis.call('ZSCORE', key('delayed'), id)
  end
  return whereabouts == 'order' and is_blocked(id)
end

local page = redis.call('ZSCAN', key('unfinished'), cursor, 'COUNT', count)
for i = 1, #page[2], 2 do
  local id = page[2][i]
  local whereabouts = field(id, 'whereabouts')
  if whereabouts == 'ended' then
    leave_order(id)
    pass_on(id)
    repaired[#repaired + 1] = id
  elseif whereabouts and not is_where_it_says(id, whereabouts) then
    redis.call('HDEL', key('op', id), 'reason')
    move(id, 'reap', nil, 'ready')
    repaired[#repaired + 1] = id
  end
end
return {'ok', now, page[1], repaired}
