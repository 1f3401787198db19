-- May one message go? Answers 0 for "go", and has counted it; else the milliseconds to wait, and
-- has counted nothing.
--
-- KEYS  1 pause of the bot, 2 pause of the chat, 3 bucket of the bot, 4 bucket or log of the chat
-- ARGV  1 interval of the bot in microseconds, 2 its burst
--       3 "bucket" or "log"
--       4 interval of the chat and 5 its burst (bucket), or window and most in it (log)
--       6 now in microseconds: tests only, production leaves it out and takes the server's clock
--
-- A bucket is one number, the time at which it will be full again: with interval T and burst b
-- any span of time t sees at most floor(t / T) + b messages.

local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

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
  redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 60000)
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

local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local wait = math.max(paused(KEYS[1]), paused(KEYS[2]), bucket_wait(KEYS[3], interval, burst))
if ARGV[3] == 'bucket' then
  wait = math.max(wait, bucket_wait(KEYS[4], tonumber(ARGV[4]), tonumber(ARGV[5])))
else
  wait = math.max(wait, log_wait(KEYS[4], tonumber(ARGV[4]), tonumber(ARGV[5])))
end
if wait > 0 then
  return math.ceil(wait / 1000)
end

fill(KEYS[3], interval, burst)
if ARGV[3] == 'bucket' then
  fill(KEYS[4], tonumber(ARGV[4]), tonumber(ARGV[5]))
else
  redis.call('RPUSH', KEYS[4], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[4], math.ceil(tonumber(ARGV[4]) / 1000) + 60000)
end
return 0
