-- How many messages are in the window of a log, and how many microseconds ago the last one went
-- (-1 without any). Counts nothing.
--
-- KEYS  1 the log
-- ARGV  1 window in microseconds, 2 now in microseconds (tests only)

local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local used, last = 0, -1
for _, time in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if tonumber(time) + tonumber(ARGV[1]) >= now then
    used = used + 1
    last = math.max(0, now - tonumber(time))
  end
end
return {used, last}
