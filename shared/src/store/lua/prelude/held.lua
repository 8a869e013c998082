-- Prelude: what a worker writes for an operation that it holds.

-- held: this token is the operation's; released: it was, and the operation was given back with it; fenced: neither.
local function hold(id, fence)
  local current, released = unpack(redis.call('HMGET', key('op', id), 'fence', 'released'))
  if current == fence then
    return 'held'
  end
  return released == fence and not current and 'released' or 'fenced'
end

-- Reads id and fence, and gives the answer to a worker that does not hold the operation (any more); none when it does. That
-- it was given back with this very token is success: the worker did not hear of it and asks again.
local function take_hold()
  local id, fence = take(), take()
  local holds = hold(id, fence)
  return id, fence, holds ~= 'held' and {holds == 'released' and 'ok' or 'fenced', now}
end

-- Before an operation is given back: a repeat of the same script with the same token knows that it has been done.
local function give_back(id, fence)
  redis.call('HSET', key('op', id), 'released', fence)
end

-- Arguments: nonce, state?, percent, fields to set, fields to clear, steps by name, events. Written once per nonce.
local function write_checkpoint(id)
  local nonce, state, percent = take(), take_optional(), take()
  local fields, cleared, steps, events = take_list(), take_list(), take_list(), take_list()
  local op = key('op', id)
  if nonce ~= '' and field(id, 'nonce') == nonce then
    return
  end
  redis.call('HSET', op, 'nonce', nonce, 'crashes', 0, 'updated_at', now)
  if percent ~= '' and tonumber(percent) > (tonumber(field(id, 'percent')) or 0) then
    redis.call('HSET', op, 'percent', percent)
  end
  if state then
    move(id, 'checkpoint', state, 'leased')
  end
  set_all(op, fields)
  if #cleared > 0 then
    redis.call('HDEL', op, unpack(cleared))
  end
  set_all(key('steps', id), steps)
  journal(id, events)
end
