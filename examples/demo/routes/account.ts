import type { SessionStore } from '@store/core';
import { Router } from 'express';
import { z } from 'zod';
import { sessionOf } from '../demo-session.ts';
import { deviceName } from '../device-name.ts';
import type { Endings } from '../endings.ts';

const signInForm = z.object({
  name: z
    .string('Choose a person or type a name.')
    .trim()
    .min(1, 'Choose a person or type a name.')
    .max(40, 'At most 40 characters, please.')
    .regex(/^[\p{L}\p{M}\d .,'’-]*$/u, "Please use only letters, digits, spaces and . , ' -"),
});

/** Sign in, sign out, and a new id on request. */
export function accountRoutes(store: SessionStore, endings: Endings): Router {
  const router = Router();

  router.post('/sign-in', (request, response) => {
    const session = sessionOf(request);
    const form = signInForm.safeParse(request.body ?? {});
    if (!form.success) {
      session.flashOld({ name: String(request.body?.name ?? '') });
      session.flashErrors(z.flattenError(form.error).fieldErrors);
      // Redirect without a fragment, which would keep `autofocus` from focusing the field.
      return response.redirect(303, '/');
    }
    const { name } = form.data;
    const person = `person:${name.toLowerCase()}`;
    session.setSubject(person);
    session.set('name', name);
    session.set('device', deviceName(request.get('User-Agent')));
    session.set('signedInAt', store.timeouts.now());
    const hasCart = Object.keys(session.get('cart') ?? {}).length > 0;
    const news = hasCart
      ? 'Your session has a new id, and you kept your cart.'
      : 'Your session has a new id.';
    session.flash('notice', { tone: 'good', text: `Welcome, ${name}. ${news}` });
    response.redirect(303, '/#account');
  });

  router.post('/sign-out', (request, response) => {
    // No flash message, because it would start a new session.
    sessionOf(request).invalidate();
    endings.noteSignOut(request);
    response.redirect(303, '/#account');
  });

  router.post('/regenerate', (request, response) => {
    const session = sessionOf(request);
    session.regenerate();
    session.flash('notice', { tone: 'good', text: 'New id, same content. The old id no longer works.' });
    response.redirect(303, '/#account');
  });

  return router;
}
