-- Prelude: how attempts end, and what their end does to records, reservations and those who wait.

-- Why operations are ended by others than their worker: the problem, `cancel_requested` (or nothing) and `finished`.
local function take_why()
  return {error = take(), cancel = take_optional(), finished = take()}
end

-- Ends an attempt: out of queue and order. What waited behind it is offered by `pass_on`, once the record is written.
local function end_attempt(id, by, state, events)
  move(id, by, state, 'ended')
  leave_order(id)
  redis.call('HSET', key('op', id), 'finished_at', now)
  redis.call('HDEL', key('op', id), 'reason', 'due_at', 'woken')
  journal(id, events)
end

-- A parent that waits on its timer looks at its children again; one that runs remembers that it must.
local function wake_parent(id)
  local parent = field(id, 'parent')
  if not parent then
    return
  end
  if field(parent, 'whereabouts') == 'delayed' then
    pcall(function()
      move(parent, 'wake', nil, 'ready')
    end)
  elseif redis.call('EXISTS', key('op', parent)) == 1 then
    redis.call('HSET', key('op', parent), 'woken', 1)
  end
end

local function pass_on(id)
  local district, heritage = unpack(redis.call('HMGET', key('op', id), 'district', 'heritage'))
  revise(record_of(district, heritage))
  offer_next(id)
  wake_parent(id)
end

-- Whether it has nothing on AWS and nobody is at it: its end needs no worker.
local function is_idle(id)
  return field(id, 'state') == 'queued' and not (has_residue(id) and field(id, 'does') ~= 'delete')
end

local remove_record

-- Ends an operation that has not begun, and takes back what its acceptance wrote.
local function end_idle(id, why, keep_record)
  local district, heritage, does = unpack(redis.call('HMGET', key('op', id), 'district', 'heritage', 'does'))
  redis.call('HSET', key('op', id), 'error', why.error, 'cancel', 1)
  end_attempt(id, 'cancel', 'cancelled', {why.cancel or why.finished, why.cancel and why.finished})
  local record = record_of(district, heritage)
  if does == 'create' and keep_record then
    -- It was never made: when the deletion that asks for this is cancelled in its turn, nothing stays.
    redis.call('HSET', record, 'gone', 1)
  elseif does == 'create' then
    remove_record(district, heritage, why)
  elseif does == 'delete' and redis.call('HGET', record, 'gone') then
    remove_record(district, heritage, why)
  elseif does == 'delete' and redis.call('EXISTS', record) == 1 then
    redis.call('HSET', record, 'state', redis.call('HGET', record, 'prior') or 'active')
  end
  if heritage then
    free_ports(district, heritage)
  end
  pass_on(id)
end

-- Does something with each operation of an order, last first, so that ending them makes none of them ready on the way. One
-- whose record cannot be read is passed over: it is set aside when it is claimed.
local function each_of(order, act)
  for _, other in ipairs(redis.call('ZREVRANGE', order, 0, -1)) do
    pcall(act, other)
  end
end

-- Ends what waits to run on a thing that is no more.
local function end_orphans(order, why)
  each_of(order, function(other)
    if is_idle(other) then
      end_idle(other, {error = why.error, finished = why.finished}, false)
    end
  end)
end

-- Removes a record with its reservations. When a deletion waits behind, the record stays for it to remove.
function remove_record(district, heritage, why)
  local order = heritage and key('order', 'heritage', district, heritage) or key('order', 'district', district)
  for _, other in ipairs(redis.call('ZRANGE', order, 0, -1)) do
    if field(other, 'does') == 'delete' then
      redis.call('HSET', record_of(district, heritage), 'gone', 1)
      return
    end
  end
  if not heritage then
    end_orphans(key('order', 'shared', district), why)
  end
  end_orphans(order, why)
  redis.call('DEL', record_of(district, heritage))
  if heritage then
    redis.call('SREM', key('heritages', district), heritage)
    redis.call('SREM', key('districts_with', heritage), district)
    free(key('ports', district), heritage, nil)
  else
    redis.call('SREM', key('districts'), district)
    redis.call('DEL', key('ports', district))
    free(key('cidrs'), district, nil)
  end
end

local stop

-- Asks a begun operation and what it has started to stop; what it waits for is not waited for any longer.
local function request_cancel(id, why)
  if field(id, 'cancel') then
    return
  end
  redis.call('HSET', key('op', id), 'cancel', 1)
  journal(id, {why.cancel})
  local whereabouts = field(id, 'whereabouts')
  if whereabouts == 'delayed' or whereabouts == 'ready' then
    move(id, 'cancel', nil, 'ready', 'interactive')
  end
  for child in string.gmatch(field(id, 'children') or '', '%S+') do
    if field(child, 'whereabouts') ~= 'ended' then
      stop(child, why)
    end
  end
end

function stop(id, why)
  if is_idle(id) then
    end_idle(id, why, false)
  else
    request_cancel(id, why)
  end
end

-- A thing is to go: what is queued on it is cancelled, what runs on it is asked to stop, deletions go on.
local function begin_deletion(district, heritage, why)
  local record = record_of(district, heritage)
  local own = heritage and key('order', 'heritage', district, heritage) or key('order', 'district', district)
  for _, order in ipairs(heritage and {own} or {key('order', 'shared', district), own}) do
    each_of(order, function(other)
      if field(other, 'does') == 'delete' then
        -- It works towards the same end.
      elseif is_idle(other) then
        end_idle(other, why, order == own)
      else
        request_cancel(other, why)
      end
    end)
  end
  redis.call('HSET', record, 'prior', redis.call('HGET', record, 'state'), 'state', 'deleting')
end
