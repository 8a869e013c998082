-- Prelude: what keeps the queue, and each who asks, within limits. Whatever makes room is not asked: it has no limits.

-- How long a place is waited for when nothing tells how long operations take, or nobody works at any.
local UNKNOWN_MS = 60000

-- Unfinished operations, who asks, its changes a second and at once; nothing for what is always admitted.
local function take_limits()
  local queue = take_optional()
  return queue and {queue = tonumber(queue), bucket = key('budget', 'changes', take()),
    rate = tonumber(take()) / 60, burst = tonumber(take())}
end

-- A place is free when one of those that are under way ends: so many at once, each as long as operations take.
local function until_place()
  local sum, usual = 0, redis.call('HVALS', key('durations'))
  for _, duration in ipairs(usual) do
    sum = sum + (tonumber(duration) or UNKNOWN_MS)
  end
  local under_way = redis.call('ZCARD', key('leases')) + redis.call('ZCARD', key('delayed'))
  return #usual > 0 and under_way > 0 and math.ceil(sum / #usual / under_way) or UNKNOWN_MS
end

-- Refuses one more; `replaces`: it takes the place of another. False when it is within the limits.
local function refuse_by_limits(limits, replaces)
  if not limits then
    return false
  end
  local unfinished = redis.call('ZCARD', key('unfinished'))
  if unfinished >= limits.queue and not replaces then
    return refuse('queue_full', table.concat({unfinished, limits.queue, until_place()}, ' '))
  end
  local tokens, _, wait = budget_level(limits.bucket, limits.rate, limits.burst)
  return tokens < 1 and refuse('budget_spent', wait)
end

-- Takes one change from the budget of who asks.
local function spend(limits)
  if limits then
    local tokens, rate = budget_level(limits.bucket, limits.rate, limits.burst)
    keep_budget(limits.bucket, tokens - 1, rate, limits.burst)
  end
end
