-- Prelude: records of districts and heritages, their revisions, and what their operations have reserved.
-- A reservation is a field of a hash: host port or address range to `<holder> <operation>`.

local function record_of(district, heritage)
  return heritage and key('heritage', district, heritage) or key('district', district)
end

-- Gives a record a revision that no record ever had.
local function revise(record)
  if redis.call('EXISTS', record) == 1 then
    redis.call('HSET', record, 'revision', count('revisions'), 'updated_at', now)
  end
end

-- Makes the record of a create visible; one that a failed try has left keeps what it says.
local function make_record(id, district, heritage, fields)
  local record = record_of(district, heritage)
  if redis.call('EXISTS', record) == 0 then
    set_all(record, fields)
    redis.call('HSET', record, 'made_by', id, 'created_at', now)
  end
  redis.call('HSET', record, 'state', 'creating')
  if heritage then
    redis.call('SADD', key('heritages', district), heritage)
    redis.call('SADD', key('districts_with', heritage), district)
  else
    redis.call('SADD', key('districts'), district)
  end
end

-- Where a record stands after an operation. A deletion that waits behind has the last word.
local function settle(record, does, state)
  if redis.call('EXISTS', record) == 1 then
    local going = does ~= 'delete' and redis.call('HGET', record, 'state') == 'deleting'
    redis.call('HSET', record, going and 'prior' or 'state', state)
  end
end

local function has_residue(id)
  local residue = field(id, 'residue')
  return residue and residue ~= '[]'
end

-- Hash, field and holder of `port 10000` or `cidr 10.0.0.0/16`.
local function reservation(text, district, heritage)
  local what, name = string.match(text, '^(%a+) (.+)$')
  if what == 'port' then
    return key('ports', district), name, heritage
  end
  return key('cidrs'), name, district
end

-- The first of these that another operation than `id` and `before` has reserved.
local function reserved_by_others(list, district, heritage, id, before)
  for _, text in ipairs(list) do
    local hash, name = reservation(text, district, heritage)
    local holder = redis.call('HGET', hash, name)
    local operation = holder and string.match(holder, ' (.+)$')
    if operation and operation ~= id and operation ~= before then
      return name
    end
  end
end

local function reserve(list, district, heritage, id)
  for _, text in ipairs(list) do
    local hash, name, holder = reservation(text, district, heritage)
    redis.call('HSET', hash, name, holder .. ' ' .. id)
  end
end

-- Frees what `holder` has in this hash; with `kept`, not what it names, nor what an operation reserved that is unfinished
-- or has left something on AWS.
local function free(hash, holder, kept)
  local all = redis.call('HGETALL', hash)
  for i = 1, #all, 2 do
    local its_holder, operation = string.match(all[i + 1], '^(.-) (.+)$')
    local stays = kept and (kept[all[i]] or redis.call('ZSCORE', key('unfinished'), operation) or has_residue(operation))
    if its_holder == holder and not stays then
      redis.call('HDEL', hash, all[i])
    end
  end
end

-- Frees the host ports of a heritage that its applied specification does not name.
local function free_ports(district, heritage)
  local kept = {}
  for port in string.gmatch(redis.call('HGET', record_of(district, heritage), 'ports') or '', '%d+') do
    kept[port] = true
  end
  free(key('ports', district), heritage, kept)
end
