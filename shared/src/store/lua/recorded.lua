-- Reads all that is recorded of an operation, as of one moment; no transaction, for a full memory refuses those.
-- KEYS    1 namespace
-- ARGV    id
-- Result  ok, now, operation, steps

local id = take()
return {'ok', now, redis.call('HGETALL', key('op', id)), redis.call('HGETALL', key('steps', id))}
