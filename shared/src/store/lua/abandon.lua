-- Gives a stuck operation up for good: what it left is listed, what nothing on AWS uses is freed, and no retry takes it up.
-- KEYS    1 namespace
-- ARGV    id, attempt that is given up, who, why?, residue, `abandoned`, name and value of the record's condition,
--         why those end that waited to run on a thing that was never made (problem, nothing, `finished`)
-- Result  abandoned, now, operation, steps; refused, now, why, detail; or missing, now

local id, attempt, actor, reason = take(), take(), take(), take_optional()
local residue, abandoned, condition, observed = take(), take(), take(), take()
local why = take_why()
local op = key('op', id)
local state, its_attempt, does, district, heritage = unpack(redis.call('HMGET', op,
  'state', 'attempt', 'does', 'district', 'heritage'))
heritage = heritage or nil
if not state then
  return {'missing', now}
end
if field(id, 'abandoned_at') then
  return answer('abandoned', id)
end
if state ~= 'stuck' or (its_attempt or '') ~= attempt then
  return refuse('wrong_state', state)
end

move(id, 'abandon', 'failed', 'ended')
redis.call('HSET', op, 'residue', residue, 'abandoned_at', now, 'abandoned_by', actor, 'abandoned_why', reason or '')
journal(id, {abandoned})

-- What was accepted later has the word on where the thing stands.
local record = record_of(district, heritage)
if not refuse_by_later(id, district, heritage) and redis.call('EXISTS', record) == 1 then
  if does == 'create' and not has_residue(id) then
    remove_record(district, heritage, why)
  else
    redis.call('HSET', record, condition, observed)
  end
end
if heritage then
  free_ports(district, heritage)
end
pass_on(id)
return answer('abandoned', id)
