import { createHash } from 'node:crypto';

/** A Lua script, which Redis runs atomically: no other command runs at the same time. */
export interface Script {
  text: string;
  sha1: string;
}

/** Functions shared by the scripts. KEYS[1] is the prefix of every key, so that a cluster keeps all keys in one slot. */
const prelude = `
local fields = { 'payload', 'subject', 'version', 'createdAt', 'expiresAt', 'idleTimeout' }
local function recordKey(key) return KEYS[1] .. ':record:' .. key end
local function subjectKey(subject) return KEYS[1] .. ':subject:' .. subject end
local expiry = KEYS[1] .. ':expiry'
local keys = KEYS[1] .. ':keys'

local function erase(key)
  local subject = redis.call('HGET', recordKey(key), 'subject')
  redis.call('DEL', recordKey(key))
  redis.call('ZREM', expiry, key)
  redis.call('ZREM', keys, key)
  if subject and subject ~= '' then redis.call('SREM', subjectKey(subject), key) end
end

local function write(key, from)
  local pairs = {}
  for n, field in ipairs(fields) do
    pairs[2 * n - 1] = field
    pairs[2 * n] = ARGV[from + n - 1]
  end
  redis.call('HSET', recordKey(key), unpack(pairs))
  redis.call('ZADD', expiry, ARGV[from + 4], key)
  redis.call('ZADD', keys, 0, key)
  if ARGV[from + 1] ~= '' then redis.call('SADD', subjectKey(ARGV[from + 1]), key) end
end

local function records(found)
  local rows = {}
  for n, key in ipairs(found) do
    rows[n] = { key, unpack(redis.call('HMGET', recordKey(key), unpack(fields))) }
  end
  return rows
end
`;

const script = (body: string): Script => {
  const text = prelude + body;
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
};

/** ARGV: key, then the six fields. */
export const insert = script(`
if redis.call('EXISTS', recordKey(ARGV[1])) == 1 then return 0 end
write(ARGV[1], 2)
return 1`);

/** ARGV: key, version, next key, then the six fields. Versions have 53 bits and are compared as text, since Lua would round them. */
export const replace = script(`
if redis.call('HGET', recordKey(ARGV[1]), 'version') ~= ARGV[2] then return 0 end
if ARGV[1] ~= ARGV[3] and redis.call('EXISTS', recordKey(ARGV[3])) == 1 then return 0 end
erase(ARGV[1])
write(ARGV[3], 4)
return 1`);

/** ARGV: key, version, next key, the six fields of the record, then those of its mark. */
export const move = script(`
if redis.call('HGET', recordKey(ARGV[1]), 'version') ~= ARGV[2] then return 0 end
if redis.call('EXISTS', recordKey(ARGV[3])) == 1 then return 0 end
write(ARGV[3], 4)
erase(ARGV[1])
write(ARGV[1], 10)
return 1`);

/** ARGV: key, expiresAfter, expiresAt. */
export const touch = script(`
local ends = redis.call('HGET', recordKey(ARGV[1]), 'expiresAt')
if not ends or tonumber(ends) <= tonumber(ARGV[2]) then return 0 end
if tonumber(ARGV[3]) > tonumber(ends) then
  redis.call('HSET', recordKey(ARGV[1]), 'expiresAt', ARGV[3])
  redis.call('ZADD', expiry, ARGV[3], ARGV[1])
end
return 1`);

/** ARGV: key. */
export const remove = script('erase(ARGV[1])');

/** ARGV: key. A mark, whose idle timeout is 0, is not removed. */
export const removeSession = script(`
local idleTimeout = redis.call('HGET', recordKey(ARGV[1]), 'idleTimeout')
if not idleTimeout or idleTimeout == '0' then return 0 end
erase(ARGV[1])
return 1`);

/** ARGV: now, limit. */
export const deleteExpired = script(`
local expired = redis.call('ZRANGEBYSCORE', expiry, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, key in ipairs(expired) do erase(key) end
return #expired`);

/** ARGV: subject. Returns the key and the six fields of each record. */
export const listBySubject = script(`return records(redis.call('SMEMBERS', subjectKey(ARGV[1])))`);

/** ARGV: '-' to start at the first key, or '(' and the key to start after; limit. All scores are 0, so keys are ordered as text. */
export const scan = script(
  `return records(redis.call('ZRANGEBYLEX', keys, ARGV[1], '+', 'LIMIT', 0, ARGV[2]))`,
);

/** ARGV: subject, the key to spare or '', the only key or ''. */
export const deleteBySubject = script(`
local removed = 0
for _, key in ipairs(redis.call('SMEMBERS', subjectKey(ARGV[1]))) do
  if key ~= ARGV[2] and (ARGV[3] == '' or key == ARGV[3]) then
    erase(key)
    removed = removed + 1
  end
end
return removed`);
