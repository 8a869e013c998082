-- Parks an operation that can only wait: its worker gives it back, a timer has it.
-- KEYS    1 namespace
-- ARGV    id, fence, checkpoint, reason, milliseconds to wait at most, cancel seen by the worker (0|1), `parked`
-- Result  ok, now; or fenced, now

local POLL_MS = 500
local id, fence, unheld = take_hold()
if unheld then
  return unheld
end
write_checkpoint(id)
local reason, after, seen_cancel, parked = take(), tonumber(take()), take() == '1', take()
local op = key('op', id)
give_back(id, fence)
redis.call('HSET', op, 'reason', reason)
local state = field(id, 'state') == 'undoing' and 'undoing' or 'waiting'
if field(id, 'cancel') and not seen_cancel then
  move(id, 'park', state, 'ready', 'interactive')
elseif field(id, 'woken') then
  move(id, 'park', state, 'ready')
else
  move(id, 'park', state, 'delayed', now + after)
  -- An idle worker sleeps until its next poll or the next timer that it knows of: this one may be sooner.
  if after < POLL_MS and redis.call('ZRANGE', key('delayed'), 0, 0)[1] == id then
    redis.call('PUBLISH', key('wake'), 'timer')
  end
end
journal(id, {parked})
return {'ok', now}
