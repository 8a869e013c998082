-- Prelude: the order of operations on one thing. Places rise with acceptance.
-- Operations on one heritage run one at a time. In the order of their district they share; making or removing the
-- district excludes all others; changing it excludes other operations on the district only.

-- The order that an operation stands in among its like, and its district's order of the others.
local function orders(id)
  local district, heritage = unpack(redis.call('HMGET', key('op', id), 'district', 'heritage'))
  if heritage then
    return key('order', 'heritage', district, heritage), key('order', 'shared', district)
  end
  return key('order', 'district', district), nil
end

local function is_exclusive(id)
  return not field(id, 'heritage') and field(id, 'does') ~= 'change'
end

-- A place that nobody gave back: its operation is gone, or has ended.
local function is_left_over(id)
  return redis.call('EXISTS', key('op', id)) == 0 or field(id, 'whereabouts') == 'ended'
end

-- The first of an order, when places that nobody gave back are cleared away; before `place` only, when it is given.
local function first_in(order, place)
  while true do
    local id = redis.call('ZRANGEBYSCORE', order, '-inf', place and '(' .. place or '+inf', 'LIMIT', 0, 1)[1]
    if not id or not is_left_over(id) then
      return id
    end
    redis.call('ZREM', order, id)
  end
end

local function is_blocked(id)
  local own = orders(id)
  local district, place, parent = unpack(redis.call('HMGET', key('op', id), 'district', 'place', 'parent'))
  if first_in(own) ~= id then
    return true
  end
  if is_exclusive(id) then
    return first_in(key('order', 'shared', district), place) ~= nil
  end
  if field(id, 'heritage') then
    for _, other in ipairs(redis.call('ZRANGEBYSCORE', key('order', 'district', district), '-inf', '(' .. place)) do
      if other ~= parent and not is_left_over(other) and is_exclusive(other) then
        return true
      end
    end
  end
  return false
end

local function offer_unless_blocked(id)
  if field(id, 'whereabouts') == 'order' and not is_blocked(id) then
    redis.call('HDEL', key('op', id), 'reason')
    move(id, 'offer', nil, 'ready')
  end
end

-- Makes an operation ready when its turn has come. One whose record cannot be read is left to the reaper: whoever offers
-- it goes on.
local function offer(id)
  pcall(offer_unless_blocked, id)
end

-- Takes a place at the end of the order: accepted, retried, or cancelled to be taken back.
local function enter_order(id, by)
  local place = count('places')
  local last = redis.call('ZREVRANGE', key('unfinished'), 0, 0, 'WITHSCORES')[2]
  if last and tonumber(last) >= place then
    place = now_us
    redis.call('SET', key('places'), place)
  end
  local own, shared = orders(id)
  redis.call('ZADD', own, place, id)
  if shared then
    redis.call('ZADD', shared, place, id)
  end
  redis.call('ZADD', key('unfinished'), place, id)
  redis.call('HSET', key('op', id), 'place', place, 'reason', 'lock')
  move(id, by, 'queued', 'order')
  offer(id)
end

local function leave_order(id)
  local own, shared = orders(id)
  redis.call('ZREM', own, id)
  if shared then
    redis.call('ZREM', shared, id)
  end
  redis.call('ZREM', key('unfinished'), id)
end

-- Makes ready what waited behind an operation that has left.
local function offer_next(id)
  local own, shared = orders(id)
  local district = field(id, 'district')
  if shared then
    for _, order in ipairs({own, key('order', 'district', district)}) do
      local head = first_in(order)
      if head then
        offer(head)
      end
    end
    return
  end
  for _, order in ipairs({own, key('order', 'shared', district)}) do
    for _, other in ipairs(redis.call('ZRANGE', order, 0, -1)) do
      offer(other)
    end
  end
end
