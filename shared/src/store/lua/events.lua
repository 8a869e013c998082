-- Reads the stream of all journals.
-- KEYS    1 namespace
-- ARGV    cursor?, how many
-- Result  ok, now, entries, cursor to go on from; or refused, now, stale, nothing

local cursor, count = take_optional(), take()
local stream = key('events')
local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
if not newest then
  return {'ok', now, {}, cursor or '0-0'}
end
if not cursor then
  return {'ok', now, {}, newest[1]}
end

local function parts(id)
  local moment, number = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(moment), tonumber(number)
end

local function is_before(one, other)
  local moment, number = parts(one)
  local its_moment, its_number = parts(other)
  return moment < its_moment or moment == its_moment and number < its_number
end

local added, info = 0, redis.call('XINFO', 'STREAM', stream)
for i = 1, #info, 2 do
  if info[i] == 'entries-added' then
    added = info[i + 1]
  end
end
local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1][1]
if added > redis.call('XLEN', stream) and is_before(cursor, oldest) then
  return {'refused', now, 'stale', ''}
end
local entries = redis.call('XRANGE', stream, '(' .. cursor, '+', 'COUNT', count)
local last = entries[#entries]
return {'ok', now, entries, last and last[1] or cursor}
