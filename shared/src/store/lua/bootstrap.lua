-- Makes a token the bootstrap token, and revokes the one before when it was another.
-- KEYS    1 namespace
-- ARGV    hash of the token, its owner
-- Result  ok, now

local hash, owner = take(), take()
local before = redis.call('GET', key('bootstrap'))
if before and before ~= hash then
  redis.call('HDEL', key('tokens'), before)
end
redis.call('HSET', key('tokens'), hash, owner)
redis.call('SET', key('bootstrap'), hash)
return {'ok', now}
