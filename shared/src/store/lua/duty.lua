-- Takes a duty that some worker does for all: one at a time, and not more often than asked.
-- KEYS    1 namespace
-- ARGV    name of the duty, milliseconds for which it is taken
-- Result  taken, now; or none, now

local name, period = take(), take()
local is_taken = redis.call('SET', key('duty', name), now, 'NX', 'PX', period)
return {is_taken and 'taken' or 'none', now}
