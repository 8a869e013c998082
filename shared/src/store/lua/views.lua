-- Reads records with what is on its way to them, as of one moment.
-- KEYS    1 namespace
-- ARGV    district?, heritages of it (0|1), heritage?
--         no district: all districts; a district; its heritages; one of them
-- Result  ok, now, a list of (name, record, unfinished operations as id, state, payload in turn)

local district, of_it, heritage = take_optional(), take() == '1', take_optional()

local function view(name, record, order)
  local unfinished = {}
  for _, id in ipairs(redis.call('ZRANGE', order, 0, -1)) do
    local state, payload = unpack(redis.call('HMGET', key('op', id), 'state', 'payload'))
    for _, value in ipairs({id, state, payload}) do
      unfinished[#unfinished + 1] = value
    end
  end
  return {name, redis.call('HGETALL', record), unfinished}
end

local function members(set)
  local names = redis.call('SMEMBERS', set)
  table.sort(names)
  return names
end

local views = {}
if not district or not of_it then
  for _, name in ipairs(district and {district} or members(key('districts'))) do
    views[#views + 1] = view(name, key('district', name), key('order', 'district', name))
  end
else
  for _, name in ipairs(heritage and {heritage} or members(key('heritages', district))) do
    views[#views + 1] = view(name, key('heritage', district, name), key('order', 'heritage', district, name))
  end
end
return {'ok', now, views}
