-- Prelude: the share of its rate that a budget has now: less after throttling, all of it a minute later.

local RECOVERY_MS = 60000

local function budget_share(bucket)
  local share, shrunk_at = unpack(redis.call('HMGET', bucket, 'share', 'shrunk_at'))
  share, shrunk_at = tonumber(share or 1), tonumber(shrunk_at or 0)
  return math.min(1, share + (1 - share) * (now - shrunk_at) / RECOVERY_MS)
end
