/** The parts of a seal `Fe26.2*id**iv*ciphertext*expiry**mac`. Both salts are empty, since the keys are already derived. */
export interface SealParts {
  /** The whole seal. */
  seal: string;
  /** The id of the key it was made with. */
  keyId: string;
  /** 16 bytes, base64url. */
  iv: string;
  /** base64url. */
  ciphertext: string;
  /** Epoch milliseconds; `undefined` when the seal has no expiry. */
  expiresAt: number | undefined;
  /** The text that the MAC covers. */
  signed: string;
  /** 32 bytes, base64url. */
  mac: string;
}

/** The longest seal that is parsed, in characters: no server accepts a longer Cookie header. */
export const longestSeal = 65_536;

// The last base64url character of 32 and of 16 bytes has unused bits. They must be zero: otherwise several texts would decode to
// the same MAC, and a changed cookie would open.
const shape =
  /^(Fe26\.2\*(\w{1,64})\*\*([\w-]{21}[AQgw])\*([\w-]+)\*([1-9]\d{0,15})?)\*\*([\w-]{42}[AEIMQUYcgkosw048])$/;

/** Parses a cookie's value as a seal; `undefined` for anything else, however long. Only the MAC proves that the seal is genuine. */
export function parseSeal(seal: string): SealParts | undefined {
  if (seal.length > longestSeal) return undefined;
  const found = shape.exec(seal);
  if (found === null) return undefined;
  const [, signed = '', keyId = '', iv = '', ciphertext = '', expiry, mac = ''] = found;
  return {
    seal,
    keyId,
    iv,
    ciphertext,
    expiresAt: expiry === undefined ? undefined : Number(expiry),
    signed,
    mac,
  };
}
