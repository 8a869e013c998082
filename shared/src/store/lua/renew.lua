-- Renews the leases of all operations that a worker holds.
-- KEYS    1 namespace
-- ARGV    lease in milliseconds, moment until which the worker waits for the answer, ids and fences in turn
-- Result  ok, now, ids that are no longer held, ids whose cancel was requested; or late, now

local lease, waits_until, held = take(), tonumber(take()), take_list()
-- Sent before Redis was away for a while. Its worker has let go of what it would keep from others.
if now > waits_until then
  return {'late', now}
end
local lost, cancelled = {}, {}
for i = 1, #held, 2 do
  local id = held[i]
  if field(id, 'fence') ~= held[i + 1] then
    lost[#lost + 1] = id
  else
    redis.call('ZADD', key('leases'), 'XX', now + lease, id)
    if field(id, 'cancel') then
      cancelled[#cancelled + 1] = id
    end
  end
end
return {'ok', now, lost, cancelled}
