-- AWS throttled: the rate of a budget is halved, at most once a second, and not below a sixteenth.
-- KEYS    1 namespace
-- ARGV    name
-- Result  ok, now

local bucket = key('budget', take())
local shrunk_at = tonumber(redis.call('HGET', bucket, 'shrunk_at')) or 0
if now - shrunk_at >= 1000 then
  redis.call('HSET', bucket, 'share', math.max(budget_share(bucket) / 2, 1 / 16), 'shrunk_at', now, 'tokens', 0, 'at', now)
  redis.call('PEXPIRE', bucket, 600000)
end
return {'ok', now}
