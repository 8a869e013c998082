-- Takes one call from a budget: a token bucket whose rate was halved by throttling recovers over a minute.
-- KEYS    1 namespace
-- ARGV    name, calls a second, calls at once
-- Result  granted, now; or after, now, milliseconds

local name, rate, burst = take(), tonumber(take()), tonumber(take())
local bucket = key('budget', name)
local tokens, flow, wait = budget_level(bucket, rate, burst)
local granted = tokens >= 1
keep_budget(bucket, granted and tokens - 1 or tokens, flow, burst)
if granted then
  return {'granted', now}
end
return {'after', now, wait}
