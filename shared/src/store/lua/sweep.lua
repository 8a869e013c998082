-- Removes finished operations that need not be kept any longer, in the order of acceptance, some at a time.
-- KEYS    1 namespace
-- ARGV    cursor (0 begins), how many to look at, milliseconds for which an operation is kept after its end,
--         milliseconds for which one look at everything is enough, whoever looks
-- Result  ok, now, next cursor (0 when all were looked at), ids removed, ids whose record cannot be read and why in turn

local cursor, count, kept, pause = take(), take(), tonumber(take()), take()
if cursor == '0' and not redis.call('SET', key('swept'), now, 'NX', 'PX', pause) then
  return {'ok', now, '0', {}, {}}
end

-- The operations that it has started.
local function children(id)
  return string.gmatch(field(id, 'children') or '', '%S+')
end

local function is_there(id)
  return redis.call('EXISTS', key('op', id)) == 1
end

local function is_long_over(id)
  local whereabouts, finished = unpack(redis.call('HMGET', key('op', id), 'whereabouts', 'finished_at'))
  return whereabouts == 'ended' and finished and now - finished >= kept and not redis.call('ZSCORE', key('unfinished'), id)
end

-- Whether the record of its target names it: as what made it, or as what brought it to where it stands.
local function is_named_by(record, id)
  for _, value in ipairs(redis.call('HVALS', record)) do
    if string.find(value, id, 1, true) then
      return true
    end
  end
  return false
end

local function holds_a_reservation(id, district, heritage)
  for text in string.gmatch(field(id, 'reserved') or '', '[^,]+') do
    local hash, name = reservation(text, district, heritage)
    if string.match(redis.call('HGET', hash, name) or '', ' (.+)$') == id then
      return true
    end
  end
  return false
end

-- A repeated request is answered with it.
local function is_remembered(id)
  local scope = field(id, 'scope')
  local first = scope and redis.call('GET', key('idempotency', scope))
  return first and string.match(first, '^%S+') == id
end

-- Its target still says something of it, or it says something of its target that a person needs.
local function is_needed(id)
  local state, district, heritage = unpack(redis.call('HMGET', key('op', id), 'state', 'district', 'heritage'))
  heritage = heritage or nil
  local record = record_of(district, heritage)
  if redis.call('EXISTS', record) == 1 then
    local is_latest = redis.call('HGET', key('latest'), thing(district, heritage)) == id
    if is_latest or state == 'stuck' or has_residue(id) or is_named_by(record, id) then
      return true
    end
  end
  return holds_a_reservation(id, district, heritage) or is_remembered(id)
end

-- A parent goes together with all its children, or not yet.
local function may_go(id)
  if not is_long_over(id) or is_needed(id) then
    return false
  end
  for child in children(id) do
    if is_there(child) and not may_go(child) then
      return false
    end
  end
  return true
end

local removed, broken = {}, {}

local function remove(id)
  for child in children(id) do
    if is_there(child) then
      remove(child)
    end
  end
  local district, heritage = unpack(redis.call('HMGET', key('op', id), 'district', 'heritage'))
  local of = thing(district, heritage or nil)
  if redis.call('HGET', key('latest'), of) == id then
    redis.call('HDEL', key('latest'), of)
  end
  redis.call('UNLINK', key('op', id), key('steps', id), key('journal', id))
  redis.call('ZREM', key('operations'), id)
  removed[#removed + 1] = id
end

local function look_at(id)
  local parent = field(id, 'parent')
  if is_there(id) and not (parent and is_there(parent)) and may_go(id) then
    remove(id)
  end
end

local page = redis.call('ZRANGEBYSCORE', key('operations'), '(' .. cursor, (now - kept) * 1000,
  'WITHSCORES', 'LIMIT', 0, count)
for i = 1, #page, 2 do
  local is_sound, raised = pcall(look_at, page[i])
  if not is_sound then
    broken[#broken + 1] = page[i]
    broken[#broken + 1] = said(raised)
  end
end
return {'ok', now, #page == 2 * count and page[#page] or '0', removed, broken}
