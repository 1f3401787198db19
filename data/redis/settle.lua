-- Say what became of claims.
--
-- KEYS  one for each alert
-- ARGV  1 owner, 2 "sent", "forget" or "doubt", 3 message id, 4 how long a key is kept in ms
--
-- "sent" holds whoever has the lease by now, because it is true; a send known before stays.
-- "forget" and "doubt" touch the owner's own leases only: forget takes the mark away, doubt
-- leaves a lease that has run out, which the next claim finds uncertain.

local lease = 'lease:' .. ARGV[1] .. ':'
for _, key in ipairs(KEYS) do
  local value = redis.call('GET', key)
  if ARGV[2] == 'sent' then
    if not value or string.sub(value, 1, 5) ~= 'sent:' then
      redis.call('SET', key, 'sent:' .. ARGV[3], 'PX', ARGV[4])
    end
  elseif value and string.sub(value, 1, #lease) == lease then
    if ARGV[2] == 'forget' then
      redis.call('DEL', key)
    else
      redis.call('SET', key, lease .. '0', 'PX', ARGV[4])
    end
  end
end
return #KEYS
