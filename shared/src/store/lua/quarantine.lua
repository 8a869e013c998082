-- Sets an operation aside whose record cannot be read: out of everything that may have it, until a person looks.
-- KEYS    1 namespace
-- ARGV    id, fence of who holds it?, problem, `finished`
-- Result  ok, now; or fenced, now

local id, fence = take(), take_optional()
local problem, finished = take(), take()
local op = key('op', id)
if fence and field(id, 'fence') ~= fence then
  return {'fenced', now}
end

expel(id)
-- Each of these may fail at what cannot be read, and is done as far as it can be.
pcall(leave_order, id)
if redis.call('EXISTS', op) == 1 then
  redis.pcall('HSET', op, 'error', problem)
end
pcall(journal, id, {finished})
pcall(function()
  local does, district, heritage = field(id, 'does'), field(id, 'district'), field(id, 'heritage')
  local record = record_of(district, heritage or nil)
  if does ~= 'change' and redis.call('EXISTS', record) == 1 then
    redis.call('HSET', record, 'state', does == 'create' and 'failed' or 'delete_failed')
  end
end)
pcall(pass_on, id)
return {'ok', now}
