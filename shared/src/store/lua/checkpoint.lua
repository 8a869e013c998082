-- Writes down how far an operation has come.
-- KEYS    1 namespace
-- ARGV    id, fence, checkpoint
-- Result  ok, now, cancel requested (0|1); or fenced, now

local id, fence = take(), take()
if hold(id, fence) ~= 'held' then
  return {'fenced', now}
end
write_checkpoint(id)
return {'ok', now, field(id, 'cancel') and 1 or 0}
