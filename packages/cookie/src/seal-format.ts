/** The parts of a seal `Fe26.2*id**iv*ciphertext*expiry**mac`. Both salts are empty, since the keys are derived already. */
export interface SealParts {
  /** The whole seal. */
  seal: string;
  /** Which key it was made with. */
  keyId: string;
  /** 16 bytes, base64url. */
  iv: string;
  /** base64url. */
  ciphertext: string;
  /** Epoch milliseconds; `undefined` when the seal names none. */
  expiresAt: number | undefined;
  /** What the MAC is over. */
  signed: string;
  /** 32 bytes, base64url. */
  mac: string;
}

/** The longest seal that is looked at, in characters: no server lets a longer Cookie header pass. */
export const longestSeal = 65_536;

// The last character of 32 and of 16 bytes has unused bits. They must be zero: otherwise several texts would mean one MAC,
// and a changed cookie would open.
const shape =
  /^(Fe26\.2\*(\w{1,64})\*\*([\w-]{21}[AQgw])\*([\w-]+)\*([1-9]\d{0,15})?)\*\*([\w-]{42}[AEIMQUYcgkosw048])$/;

/** Reads a cookie's value as a seal; `undefined` for everything else, however long. Proves nothing: the MAC does. */
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
