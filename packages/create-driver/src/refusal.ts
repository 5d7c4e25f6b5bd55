/** The caller can mend this; the text says how. */
export function refusal(code: 'INVALID_OPTION' | 'NOT_EMPTY', text: string): Error {
  return Object.assign(new Error(text), { code });
}
