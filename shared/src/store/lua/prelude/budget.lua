-- Prelude: budgets are token buckets that fill on Redis' clock. A bucket that nobody remembers is full.

local RECOVERY_MS = 60000

-- The share of its rate that a budget has now: less after throttling, all of it a minute later.
local function budget_share(bucket)
  local share, shrunk_at = unpack(redis.call('HMGET', bucket, 'share', 'shrunk_at'))
  share, shrunk_at = tonumber(share) or 1, tonumber(shrunk_at) or 0
  return math.min(1, share + (1 - share) * (now - shrunk_at) / RECOVERY_MS)
end

-- The tokens in a bucket, how many flow into it in a second, and the milliseconds until there is one to take.
local function budget_level(bucket, rate, burst)
  local tokens, at = unpack(redis.call('HMGET', bucket, 'tokens', 'at'))
  rate = rate * budget_share(bucket)
  tokens = math.min(burst, (tonumber(tokens) or burst) + (now - (tonumber(at) or now)) / 1000 * rate)
  return tokens, rate, math.ceil(math.max(1 - tokens, 0) / rate * 1000)
end

-- Writes a bucket down for as long as it is not full by itself.
local function keep_budget(bucket, tokens, rate, burst)
  redis.call('HSET', bucket, 'tokens', tokens, 'at', now)
  redis.call('PEXPIRE', bucket, math.ceil(math.max(10 * RECOVERY_MS, burst / rate * 1000)))
end
