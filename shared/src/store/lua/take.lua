-- Takes one call from a budget: a token bucket whose rate was halved by throttling recovers over a minute.
-- KEYS    1 namespace
-- ARGV    name, calls a second, calls at once
-- Result  granted, now; or after, now, milliseconds

local name, rate, burst = take(), tonumber(take()), tonumber(take())
local bucket = key('budget', name)
local share = budget_share(bucket)
local tokens, at = unpack(redis.call('HMGET', bucket, 'tokens', 'at'))
tokens = math.min(burst, (tonumber(tokens) or burst) + (now - (tonumber(at) or now)) / 1000 * rate * share)
local granted = tokens >= 1
redis.call('HSET', bucket, 'tokens', granted and tokens - 1 or tokens, 'at', now)
redis.call('PEXPIRE', bucket, 600000)
if granted then
  return {'granted', now}
end
return {'after', now, math.ceil((1 - tokens) / (rate * share) * 1000)}
