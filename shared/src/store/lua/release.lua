-- Gives an operation back without counting a crash: it is ready at once for another worker.
-- KEYS    1 namespace
-- ARGV    id, fence
-- Result  ok, now; or fenced, now

local id, fence, unheld = take_hold()
if unheld then
  return unheld
end
give_back(id, fence)
move(id, 'release', nil, 'ready')
return {'ok', now}
