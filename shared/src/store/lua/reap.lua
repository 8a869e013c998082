-- Repairs what a broken-off script or a restored backup left: every unfinished operation is again in exactly the structure
-- that it says it is in, or is offered its turn.
-- KEYS    1 namespace
-- ARGV    cursor, how many to look at
-- Result  ok, now, next cursor, ids repaired, ids whose record cannot be read and why in turn

local cursor, count = take(), take()
local repaired, broken = {}, {}

local function is_where_it_says(id, whereabouts)
  if whereabouts == 'ready' then
    return redis.call('LPOS', ready_list(field(id, 'lane'), field(id, 'version')), id)
  elseif whereabouts == 'leased' then
    return redis.call('ZSCORE', key('leases'), id)
  elseif whereabouts == 'delayed' then
    return redis.call('ZSCORE', key('delayed'), id)
  end
  return whereabouts == 'order' and is_blocked(id)
end

-- Whether there was something to repair.
local function look_at(id)
  local whereabouts = field(id, 'whereabouts')
  if whereabouts == 'ended' then
    leave_order(id)
    pass_on(id)
    return true
  elseif redis.call('EXISTS', key('op', id)) == 0 then
    redis.call('ZREM', key('unfinished'), id)
  elseif not is_where_it_says(id, whereabouts) then
    redis.call('HDEL', key('op', id), 'reason')
    move(id, 'reap', nil, 'ready')
    return true
  end
end

local page = redis.call('ZSCAN', key('unfinished'), cursor, 'COUNT', count)
for i = 1, #page[2], 2 do
  local id = page[2][i]
  local is_sound, answer = pcall(look_at, id)
  if not is_sound then
    broken[#broken + 1] = id
    broken[#broken + 1] = said(answer)
  elseif answer then
    repaired[#repaired + 1] = id
  end
end
return {'ok', now, page[1], repaired, broken}
