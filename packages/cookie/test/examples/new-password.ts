import { startSession } from '@store/cookie';
import type { SessionStore } from '@store/core';

/** While the password is being changed. */
export async function startWithBoth(newPassword: string, oldPassword: string): Promise<SessionStore> {
  return startSession({
    password: [newPassword, { secret: oldPassword, retireAfter: new Date('2100-01-01') }],
    onEvent: ({ type }) => type === 'old-password' && console.count('opened with the old password'),
  });
}
