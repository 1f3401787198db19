-- May one message go? Answers 0 for "go", and has counted it; else the microseconds to wait, and
-- has counted nothing. Beside it 1 where every message of this urgency has to wait as long, for the
-- bot's sake, else 0.
--
-- KEYS  1 pause of the bot, 2 pause of the chat, 3 bucket of the bot, 4 bucket or log of the chat
--       5 how much the bot is slowed down, 6 who waits for the bot's bucket
-- ARGV  1 interval of the bot in microseconds, 2 its burst, 3 how urgent: the lower goes first
--       4 "bucket" or "log"
--       5 interval of the chat and 6 its burst (bucket), or window and most in it (log)
--       7 share of its rate that a slowed bot gets back in a second
--       8 now in microseconds: tests only, production leaves it out and takes the server's clock
--
-- A bucket is one number, the time at which it will be full again: with interval T and burst b
-- any span of time t sees at most floor(t / T) + b messages.
--
-- Whoever is refused because the bot, not the chat, sent enough leaves word of it for a moment. In
-- that moment nobody goes who is less urgent: so the urgent wait for one interval at most.

local WORD = 100000
-- milliseconds that keys outlive their use; a given time may run slower than the server's
local SPARE = ARGV[8] and 3600000 or 60000

local now = tonumber(ARGV[8])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local urgency = tonumber(ARGV[3])

local function paused(key)
  return (tonumber(redis.call('GET', key)) or 0) - now
end

-- a time further off than a whole burst was written before the clock was set back
local function full_at(key, interval, burst)
  local stored = tonumber(redis.call('GET', key)) or 0
  return math.min(math.max(stored, now), now + interval * burst)
end

local function fill(key, interval, burst)
  local full = full_at(key, interval, burst) + interval
  redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + SPARE)
end

local function bucket_wait(key, interval, burst)
  return full_at(key, interval, burst) - interval * (burst - 1) - now
end

local function log_wait(key, window, most)
  local last = tonumber(redis.call('LINDEX', key, -1))
  if last and last > now then
    -- the clock was set back: what lies in the future counts as of now
    local times = redis.call('LRANGE', key, 0, -1)
    redis.call('DEL', key)
    for _, time in ipairs(times) do
      redis.call('RPUSH', key, string.format('%.0f', math.min(tonumber(time), now)))
    end
  end
  local first = tonumber(redis.call('LINDEX', key, 0))
  while first and first + window < now do
    redis.call('LPOP', key)
    first = tonumber(redis.call('LINDEX', key, 0))
  end
  if redis.call('LLEN', key) < most then
    return 0
  end
  return tonumber(redis.call('LINDEX', key, -most)) + window - now + 1
end

local function slowed_to()
  local share, since = string.match(redis.call('GET', KEYS[5]) or '', '^([%d.]+) (%d+)$')
  if not share then
    return 1
  end
  local back = math.max(0, now - tonumber(since)) / 1000000 * tonumber(ARGV[7])
  return math.min(1, tonumber(share) + back)
end

local function yielded(interval)
  local wait = 0
  local words = redis.call('HGETALL', KEYS[6])
  for at = 1, #words, 2 do
    local left = tonumber(words[at + 1]) - now
    if tonumber(words[at]) < urgency and left > 0 and left <= interval + WORD then
      wait = math.max(wait, math.min(left, interval))
    end
  end
  return wait
end

local interval, burst = math.ceil(tonumber(ARGV[1]) / slowed_to()), tonumber(ARGV[2])
local own
if ARGV[4] == 'bucket' then
  own = bucket_wait(KEYS[4], tonumber(ARGV[5]), tonumber(ARGV[6]))
else
  own = log_wait(KEYS[4], tonumber(ARGV[5]), tonumber(ARGV[6]))
end
own = math.max(own, paused(KEYS[1]), paused(KEYS[2]))
local bots = math.max(bucket_wait(KEYS[3], interval, burst), yielded(interval))
if own > 0 or bots > 0 then
  if own <= 0 then
    redis.call('HSET', KEYS[6], ARGV[3], string.format('%.0f', now + bots + WORD))
    redis.call('PEXPIRE', KEYS[6], SPARE)
  end
  return {math.ceil(math.max(own, bots)), own <= 0 and 1 or 0}
end

redis.call('HDEL', KEYS[6], ARGV[3])
fill(KEYS[3], interval, burst)
if ARGV[4] == 'bucket' then
  fill(KEYS[4], tonumber(ARGV[5]), tonumber(ARGV[6]))
else
  redis.call('RPUSH', KEYS[4], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[4], math.ceil(tonumber(ARGV[5]) / 1000) + SPARE)
end
return {0, 0}
