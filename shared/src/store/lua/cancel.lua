-- Cancels an operation: one that has not begun ends at once, one that has is asked to stop, one that was held takes back.
-- KEYS    1 namespace
-- ARGV    id, why (problem, `cancel_requested`, `finished`)
-- Result  ended|requested, now, operation, steps; refused, now, why, detail; or missing, now

local id, why = take(), take_why()
local op = key('op', id)
local state, whereabouts, on_failure = unpack(redis.call('HMGET', op, 'state', 'whereabouts', 'on_failure'))
if not state then
  return {'missing', now}
end
if whereabouts ~= 'ended' then
  local idle = is_idle(id)
  stop(id, why)
  return answer(idle and 'ended' or 'requested', id)
end
if state ~= 'failed' or on_failure ~= 'hold' or not has_residue(id) or field(id, 'abandoned_at') then
  return refuse('wrong_state', state)
end

-- What it was told to hold is taken back in an attempt of its own: an ended attempt stays as it ended.
local district, heritage = unpack(redis.call('HMGET', op, 'district', 'heritage'))
local refusal = refuse_by_later(id, district, heritage)
if refusal then
  return refusal
end
reopen(id)
redis.call('HSET', op, 'cancel', 1, 'lane', 'interactive')
journal(id, {why.cancel})
enter_order(id, 'cancel')
revise(record_of(district, heritage))
return answer('requested', id)
