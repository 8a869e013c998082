-- Gives an operation back without counting a crash: it is ready at once for another worker.
-- KEYS    1 namespace
-- ARGV    id, fence
-- Result  ok, now; or fenced, now

local id, fence = take(), take()
local holds = hold(id, fence)
if holds == 'held' then
  give_back(id, fence)
  make_ready(id)
end
return {holds == 'fenced' and 'fenced' or 'ok', now}
