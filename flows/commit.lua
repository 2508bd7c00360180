-- All effects of one batch of one partition, or none of them.
-- KEYS: checkpoint, outbox, timers, world, quota, totals, then one key a customer. ARGV is read from left to right.
-- `log_time` and `new_offset` also go into every customer's hash, as `as_of` and `offset`.
-- Offsets, tokens and the log's identity are compared as strings; there is no arithmetic on them.
-- After the first write nothing can fail: the caller has checked sizes and types, and the keys are ours alone.
local at = 0
local function take() at = at + 1; return ARGV[at] end
local old_offset, old_token, log = take(), take(), take()
local new_offset, new_token, log_time = take(), take(), take()
local now = redis.call('HMGET', KEYS[1], 'offset', 'token', 'log')
if now[1] == new_offset and now[2] == new_token then return 'already' end
if now[1] ~= old_offset or now[2] ~= old_token or now[3] ~= log then
  return redis.error_reply('FENCED')
end
local function fields(command, key)
  local count = tonumber(take())
  if count > 0 then redis.call(command, key, unpack(ARGV, at + 1, at + count)) end
  at = at + count
end
for customer = 7, #KEYS do
  local count = tonumber(take())
  if take() == 'anew' then redis.call('DEL', KEYS[customer]) end
  redis.call('HSET', KEYS[customer], 'as_of', log_time, 'offset', new_offset, unpack(ARGV, at + 1, at + count))
  at = at + count
end
for entry = 1, tonumber(take()) do
  local id = take()
  local count = tonumber(take())
  redis.call('XADD', KEYS[2], id, unpack(ARGV, at + 1, at + count))
  at = at + count
end
fields('ZADD', KEYS[3])
fields('ZREM', KEYS[3])
fields('HSET', KEYS[4])
fields('HDEL', KEYS[4])
fields('HSET', KEYS[5])
fields('HSET', KEYS[6])
redis.call('HSET', KEYS[1], 'offset', new_offset, 'token', new_token, 'log_time', log_time)
return 'ok'
