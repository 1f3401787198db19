-- Pause the bot or a chat; of pauses that overlap the longest holds. Answers when it ends, in
-- microseconds, as text.
--
-- KEYS  1 the pause
-- ARGV  1 microseconds, 2 now in microseconds (tests only)

local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local ends = now + tonumber(ARGV[1])
local stands = tonumber(redis.call('GET', KEYS[1])) or 0
if ends > stands then
  redis.call('SET', KEYS[1], string.format('%.0f', ends),
    'PX', math.ceil((ends - now) / 1000) + 60000)
  stands = ends
end
return string.format('%.0f', stands)
