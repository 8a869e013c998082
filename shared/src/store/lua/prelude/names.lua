-- Prelude: the clock, the names of keys, and reading arguments.
-- KEYS[1] is the namespace in its hash tag: every key begins with it, so all of them lie in one slot.

local clock = redis.call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local now = math.floor(now_us / 1000)

-- Names a key as keys.rs does: the namespace and the parts, joined by colons.
local function key(...)
  return table.concat({KEYS[1], ...}, ':')
end

-- Arguments are read one after the other; a list is its length, then its items; an absent value is empty.
local taken = 0

local function take()
  taken = taken + 1
  return ARGV[taken]
end

local function take_optional()
  local value = take()
  return value ~= '' and value or nil
end

local function take_list()
  local list = {}
  for i = 1, tonumber(take()) do
    list[i] = take()
  end
  return list
end

-- One field of an operation; false when it has none, or when what stands at its key is no operation.
local function field(id, name)
  local value = redis.pcall('HGET', key('op', id), name)
  return type(value) == 'string' and value
end

-- The next number of a counter. One that cannot be read goes on from the clock, which is ahead of all that it ever gave.
local function count(name)
  local number = redis.pcall('INCR', key(name))
  if type(number) == 'number' then
    return number
  end
  redis.call('SET', key(name), now_us)
  return now_us
end

-- What was raised, in words.
local function said(raised)
  return type(raised) == 'table' and raised.err or tostring(raised)
end

-- Writes a list of names and values into a hash, in pieces: Lua's stack holds no more than some thousand arguments.
local function set_all(hash, fields)
  for first = 1, #fields, 1000 do
    redis.call('HSET', hash, unpack(fields, first, math.min(first + 999, #fields)))
  end
end
