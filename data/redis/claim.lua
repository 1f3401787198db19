-- Take the right to send, for each key on its own.
--
-- KEYS  one for each alert
-- ARGV  1 owner, 2 lease in milliseconds, 3 how long a key is kept in milliseconds
-- Answers two texts a key: "claimed" / "", "uncertain" / "", "sent" / message id,
-- "held" / milliseconds until the lease runs out.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease = string.format('lease:%s:%.0f', ARGV[1], now + tonumber(ARGV[2]))
local answers = {}

for _, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  local state, rest = 'claimed', ''
  if value and string.sub(value, 1, 5) == 'sent:' then
    state, rest = 'sent', string.sub(value, 6)
  elseif value then
    local left = (tonumber(string.match(value, ':(%d+)$')) or 0) - now
    if left > 0 then
      state, rest = 'held', string.format('%.0f', left)
    else
      state = 'uncertain'
    end
  end
  if state == 'claimed' or state == 'uncertain' then
    redis.call('SET', key, lease, 'PX', ARGV[3])
  end
  table.insert(answers, state)
  table.insert(answers, rest)
end
return answers
