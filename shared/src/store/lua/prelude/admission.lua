-- Prelude: what acceptance and retry have in common.

local function refuse(why, detail)
  return {'refused', now, why, detail or ''}
end

-- The operation as everybody may see it.
local function answer(status, id)
  return {status, now, redis.call('HGETALL', key('op', id)), redis.call('HGETALL', key('steps', id))}
end

local function refuse_heritage(id, does, district, heritage)
  local state, made_by = unpack(redis.call('HMGET', key('heritage', district, heritage), 'state', 'made_by'))
  if does == 'create' then
    return state and made_by ~= id and refuse('exists')
  end
  if not state then
    return refuse('missing')
  end
  return state == 'deleting' and refuse('being_deleted')
end

-- Refuses an operation that its target does not allow as it stands; false when it does.
local function refuse_by_target(id, does, district, heritage, parent, cascade)
  local state, made_by = unpack(redis.call('HMGET', key('district', district), 'state', 'made_by'))
  if does == 'create' and not heritage then
    return state and made_by ~= id and refuse('exists')
  end
  if not state then
    return refuse('missing')
  end
  if state == 'deleting' and not parent then
    return refuse('being_deleted')
  end
  if heritage then
    return refuse_heritage(id, does, district, heritage)
  end
  local heritages = redis.call('SMEMBERS', key('heritages', district))
  table.sort(heritages)
  return does == 'delete' and not cascade and #heritages > 0 and refuse('has_heritages', table.concat(heritages, ' '))
end

-- The field of `latest` that remembers the last operation accepted on a thing.
local function thing(district, heritage)
  return heritage and district .. '/' .. heritage or district
end

local function refuse_by_later(id, district, heritage)
  local latest = redis.call('HGET', key('latest'), thing(district, heritage))
  return latest and latest ~= id and refuse('superseded_by_later', latest)
end

-- Takes up an ended operation again, with the next attempt, at the end of the order.
local function reopen(id)
  local op = key('op', id)
  redis.call('HINCRBY', op, 'attempt', 1)
  redis.call('HSET', op, 'percent', 0, 'crashes', 0)
  redis.call('HDEL', op, 'started_at', 'finished_at', 'released', 'nonce', 'undo', 'result')
end
