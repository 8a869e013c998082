-- Renews the leases of all operations that a worker holds.
-- KEYS    1 namespace
-- ARGV    lease in milliseconds, ids and fences in turn
-- Result  ok, now, ids that are no longer held, ids whose cancel was requested

local lease, held = take(), take_list()
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
