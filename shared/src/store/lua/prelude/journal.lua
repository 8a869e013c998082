-- Prelude: the journal. It is a list, so that sequence numbers are positions and cannot have a gap.
-- An entry is `<milliseconds> <attempt> <event as JSON>`; the JSON is never decoded here, cjson would spoil it.

local EVENTS_KEPT = 100000

local function journal(id, events)
  local attempt, seq = field(id, 'attempt') or 0, nil
  for _, event in ipairs(events) do
    seq = redis.call('RPUSH', key('journal', id), now .. ' ' .. attempt .. ' ' .. event)
    redis.call('XADD', key('events'), 'MAXLEN', '~', EVENTS_KEPT, '*',
      'op', id, 'seq', seq, 'at', now, 'attempt', attempt, 'event', event)
  end
  if seq then
    redis.call('HSET', key('op', id), 'seq', seq, 'updated_at', now)
    redis.call('PUBLISH', key('notices'), id .. ' ' .. seq)
  end
end
