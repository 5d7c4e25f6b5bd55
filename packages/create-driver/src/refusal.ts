/** An error whose cause the caller can correct; the message says how. */
export function refusal(code: 'INVALID_OPTION' | 'NOT_EMPTY', text: string): Error {
  return Object.assign(new Error(text), { code });
}

/** @throws `INVALID_OPTION` naming the first option that does not exist, and all valid options */
export function refuseUnknown(given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw refusal('INVALID_OPTION', `Unknown option ${unknown}: the options are ${known.join(', ')}.`);
}
