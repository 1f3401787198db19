-- How many messages the window of a log still takes. Counts nothing.
--
-- KEYS  1 the log
-- ARGV  1 window in microseconds, 2 most in it, 3 now in microseconds (tests only)

local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local used = 0
for _, time in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if tonumber(time) + tonumber(ARGV[1]) >= now then
    used = used + 1
  end
end
return math.max(0, tonumber(ARGV[2]) - used)
