-- Pause the bot or a chat; of pauses that overlap the longest holds. Answers when it ends, in
-- microseconds, as text.
--
-- KEYS  1 the pause, 2 the list of all that are paused
-- ARGV  1 microseconds, 2 name in the list, 3 now in microseconds (tests only)

local now = tonumber(ARGV[3])
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
redis.call('ZADD', KEYS[2], string.format('%.0f', stands), ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
if last then
  redis.call('PEXPIREAT', KEYS[2], math.ceil(tonumber(last) / 1000) + 60000)
end
return string.format('%.0f', stands)
