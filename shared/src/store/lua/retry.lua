-- Takes up a failed, cancelled or stuck operation again.
-- KEYS    1 namespace
-- ARGV    id, attempt that is retried, lane, version of the format, `accepted`, steps by name, fields of the record that a create makes,
--         why a deletion cancels others (problem, `cancel_requested`, `finished`); limits
-- Result  retried, now, operation, steps; or refused, now, why, detail

local id, attempt, lane, version, accepted = take(), take(), take(), take(), take()
local steps, record_fields, why = take_list(), take_list(), take_why()
local limits = take_limits()
local op = key('op', id)
local state, its_attempt, does, district, heritage, parent, cascade = unpack(redis.call('HMGET', op,
  'state', 'attempt', 'does', 'district', 'heritage', 'parent', 'cascade'))
heritage, parent = heritage or nil, parent or nil

if its_attempt ~= attempt or state ~= 'failed' and state ~= 'cancelled' and state ~= 'stuck' then
  return refuse('wrong_state', state)
end
if field(id, 'abandoned_at') then
  return refuse('abandoned')
end
local refusal = refuse_by_later(id, district, heritage)
  or refuse_by_target(id, does, district, heritage, parent, cascade == '1')
if refusal then
  return refusal
end
local reservations = {}
for text in string.gmatch(field(id, 'reserved') or '', '[^,]+') do
  reservations[#reservations + 1] = text
end
local other = reserved_by_others(reservations, district, heritage, id)
if other then
  return refuse('reserved', other)
end
refusal = refuse_by_limits(limits, false)
if refusal then
  return refusal
end

spend(limits)
reserve(reservations, district, heritage, id)
if does == 'create' then
  make_record(id, district, heritage, record_fields)
elseif does == 'delete' then
  begin_deletion(district, heritage, why)
end
-- What a half-done attempt has left stands between before and after: only its own target tells them apart.
if state ~= 'stuck' and not has_residue(id) then
  redis.call('HDEL', op, 'target')
end
reopen(id)
redis.call('HDEL', op, 'cancel', 'error', 'headline')
redis.call('HSET', op, 'lane', lane, 'version', version)
set_all(key('steps', id), steps)
journal(id, {accepted})
enter_order(id, 'retry')
revise(record_of(district, heritage))
return answer('retried', id)
