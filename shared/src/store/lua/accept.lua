-- Accepts an operation: record, journal, idempotency key, reservations, place in the order, ready list, wake-up.
-- KEYS    1 namespace
-- ARGV    id, does (create|change|delete), district, heritage?, cascade?, revision expected of the district?, of the heritage?,
--         of all heritages of the district?;
--         idempotency scope?, hash of the body, milliseconds to keep it; superseded operation?, parent?;
--         reservations, fields of the operation, steps by name, `accepted`;
--         fields of the record that a create makes; `superseded` and `finished` for the older operation;
--         why a deletion cancels others (problem, `cancel_requested`, `finished`); limits, only rehearse?
-- Result  accepted|replayed, now, operation, steps; acceptable, now; or refused, now, why, detail

local id, does, district, heritage, cascade = take(), take(), take(), take_optional(), take_optional()
local district_revision, heritage_revision, all_revisions = take_optional(), take_optional(), take_optional()
local scope, body, scope_ttl = take_optional(), take(), take()
local superseded, parent = take_optional(), take_optional()
local reservations, fields, steps, accepted = take_list(), take_list(), take_list(), take()
local record_fields, superseded_events, why = take_list(), take_list(), take_why()
local limits, rehearse = take_limits(), take_optional()
local op = key('op', id)

if redis.call('EXISTS', op) == 1 then
  return answer('accepted', id)
end

local first = scope and redis.call('GET', key('idempotency', scope))
if first then
  local its_id, its_body = string.match(first, '^(%S+) (.*)$')
  -- An operation that is no longer kept has nothing to answer with: its key is free.
  local kept = redis.call('EXISTS', key('op', its_id)) == 1
  if kept and its_body ~= body then
    return refuse('key_reused', its_id)
  elseif kept then
    return answer('replayed', its_id)
  end
end

-- The heritages of the district with their revisions, as `Expect` writes them.
local function revisions_of_heritages()
  local names, text = redis.call('SMEMBERS', key('heritages', district)), '='
  table.sort(names)
  for _, name in ipairs(names) do
    text = text .. name .. '@' .. (redis.call('HGET', key('heritage', district, name), 'revision') or '') .. ' '
  end
  return text
end

-- A create expects nothing, which the target's absence has shown already.
local function is_stale()
  local revision = redis.call('HGET', key('district', district), 'revision')
  if district_revision and revision ~= district_revision then
    return true
  end
  if all_revisions and all_revisions ~= revisions_of_heritages() then
    return true
  end
  if not heritage then
    return does ~= 'create' and not district_revision
  end
  return does ~= 'create' and redis.call('HGET', key('heritage', district, heritage), 'revision') ~= heritage_revision
end

-- Only an operation that has not begun and is the last of its heritage can be folded into a newer one.
local function cannot_supersede()
  local own = orders(superseded)
  return field(superseded, 'district') ~= district or field(superseded, 'heritage') ~= heritage
    or not is_idle(superseded) or redis.call('ZREVRANGE', own, 0, 0)[1] ~= superseded
end

local refusal = refuse_by_target(id, does, district, heritage, parent, cascade)
if refusal then
  return refusal
end
if is_stale() or superseded and cannot_supersede() then
  return refuse('stale')
end
if parent and (field(parent, 'whereabouts') ~= 'leased' or field(parent, 'cancel')) then
  return refuse('wrong_state', field(parent, 'state') or 'failed')
end
local other = reserved_by_others(reservations, district, heritage, id, superseded)
if other then
  return refuse('reserved', other)
end
refusal = refuse_by_limits(limits, superseded)
if refusal then
  return refusal
elseif rehearse then
  return {'acceptable', now}
end
spend(limits)

redis.call('HSET', op, 'does', does, 'district', district, 'attempt', 1, 'created_at', now,
  'cascade', cascade or '')
if heritage then
  redis.call('HSET', op, 'heritage', heritage)
end
if parent then
  redis.call('HSET', op, 'parent', parent)
  redis.call('HSET', key('op', parent), 'children', (field(parent, 'children') or '') .. ' ' .. id)
end
set_all(op, fields)
set_all(key('steps', id), steps)
if scope then
  redis.call('SET', key('idempotency', scope), id .. ' ' .. body, 'PX', scope_ttl)
  redis.call('HSET', op, 'scope', scope)
end
if does == 'create' then
  make_record(id, district, heritage, record_fields)
elseif does == 'delete' then
  begin_deletion(district, heritage, why)
end
if superseded then
  for text in string.gmatch(field(superseded, 'reserved') or '', '[^,]+') do
    reservations[#reservations + 1] = text
  end
  end_attempt(superseded, 'supersede', 'superseded', superseded_events)
  redis.call('HSET', key('op', superseded), 'superseded_by', id)
end
reserve(reservations, district, heritage, id)
redis.call('HSET', op, 'reserved', table.concat(reservations, ','))
redis.call('HSET', key('latest'), thing(district, heritage), id)
redis.call('ZADD', key('operations'), now_us, id)
revise(record_of(district, heritage))
journal(id, {accepted})
enter_order(id, 'accept')
return answer('accepted', id)
