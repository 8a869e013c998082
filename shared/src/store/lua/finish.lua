-- Ends an attempt: its last checkpoint, the record of its target, its place; the next in the order and the parent go on.
-- KEYS    1 namespace
-- ARGV    id, fence, checkpoint, terminal state, fields of the operation, `finished`, state of the record or `removed`,
--         fields of the record, why those end that waited to run on a removed thing (problem, nothing, `finished`)
-- Result  ok, now; or fenced, now

local id, fence, unheld = take_hold()
if unheld then
  return unheld
end
write_checkpoint(id)
local state, fields, finished = take(), take_list(), take()
local becomes, record_fields, why = take(), take_list(), take_why()
local op = key('op', id)
local district, heritage, does = unpack(redis.call('HMGET', op, 'district', 'heritage', 'does'))
local record = record_of(district, heritage)

-- How long operations of a kind take, by those that succeeded: the newest counts for a third.
local function remember_duration()
  local kind, started = unpack(redis.call('HMGET', op, 'kind', 'started_at'))
  started = tonumber(started) or now
  local before = tonumber(redis.call('HGET', key('durations'), kind)) or now - started
  redis.call('HSET', key('durations'), kind, math.floor((2 * before + now - started) / 3))
end

set_all(op, fields)
if state == 'succeeded' then
  remember_duration()
  redis.call('HSET', op, 'percent', 100)
  -- Nobody takes it up again: what it was to become stands in the record, and would be most of what it takes here.
  redis.call('HDEL', op, 'residue', 'error', 'target')
end
give_back(id, fence)
end_attempt(id, 'finish', state, {finished})

if becomes == 'removed' then
  remove_record(district, heritage, why)
elseif redis.call('EXISTS', record) == 1 then
  set_all(record, record_fields)
  settle(record, does, becomes)
  if heritage then
    free_ports(district, heritage)
  end
end
pass_on(id)
return {'ok', now}
