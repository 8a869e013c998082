-- Makes a token the bootstrap token, and revokes the one before when it was another.
-- KEYS    1 namespace
-- ARGV    hash of the token?, its owner
-- Result  ok, now

local hash, owner = take_optional(), take()
local before = redis.call('GET', key('bootstrap'))
if before and before ~= hash then
  redis.call('HDEL', key('tokens'), before)
  redis.call('DEL', key('bootstrap'))
end
if hash then
  redis.call('HSET', key('tokens'), hash, owner)
  redis.call('SET', key('bootstrap'), hash)
end
return {'ok', now}
