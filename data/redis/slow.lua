-- Telegram said that the bot sends too much: let it send less for a while. Answers the share of its
-- rate that it has now, as text.
--
-- KEYS  1 how much the bot is slowed down: "<share> <since, microseconds>"
-- ARGV  1 factor, 2 least share, 3 share it gets back in a second
--       4 now in microseconds (tests only)
--
-- What was under way together is refused together: within a second it counts once.

local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local share, since = string.match(redis.call('GET', KEYS[1]) or '', '^([%d.]+) (%d+)$')
local current = 1
if share then
  local passed = math.max(0, now - tonumber(since)) / 1000000
  if passed < 1 then
    return share
  end
  current = math.min(1, tonumber(share) + passed * tonumber(ARGV[3]))
end
local lower = string.format('%.4f', math.max(tonumber(ARGV[2]), current * tonumber(ARGV[1])))
redis.call('SET', KEYS[1], string.format('%s %.0f', lower, now),
  'PX', math.ceil(1000 / tonumber(ARGV[3])) + 60000)
return lower
