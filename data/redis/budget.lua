-- May one command be answered? Everybody concerned (a person, a group) has a bucket, and who empties
-- theirs is told once how long they are not listened to.
--
-- KEYS  two for each: 1 the bucket, 2 the rest that follows it
-- ARGV  1 rest in milliseconds, 2 now in microseconds, or empty for the server's clock; then
--       two for each: interval in microseconds, burst
-- Answers {0, 0} for "go", and has counted it; {1, milliseconds} where they are to be told how long;
-- {2, milliseconds} where they were.
--
-- A bucket is one number, the time at which it will be full again, as in take.lua.

local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local left = 0
for at = 2, #KEYS, 2 do
  left = math.max(left, redis.call('PTTL', KEYS[at]))
end
if left > 0 then
  return {2, left}
end

local filled, told = {}, false
for at = 1, #KEYS, 2 do
  local interval, burst = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local stored = tonumber(redis.call('GET', KEYS[at])) or 0
  -- a time further off than a whole burst was written before the clock was set back
  local full = math.min(math.max(stored, now), now + interval * burst)
  if full - interval * (burst - 1) > now then
    redis.call('SET', KEYS[at + 1], 1, 'PX', ARGV[1])
    told = true
  end
  filled[at] = full + interval
end
if told then
  return {1, tonumber(ARGV[1])}
end
for at = 1, #KEYS, 2 do
  redis.call('SET', KEYS[at], string.format('%.0f', filled[at]),
    'PX', math.ceil((filled[at] - now) / 1000) + 1000)
end
return {0, 0}
