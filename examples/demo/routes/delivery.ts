import { Router } from 'express';
import { z } from 'zod';
import { sessionOf } from '../demo-session.ts';

const deliveryForm = z.object({
  recipient: z
    .string('Who is it for?')
    .trim()
    .min(1, 'Who is it for?')
    .max(80, 'At most 80 characters, please.'),
  email: z
    .string('Where can we write to?')
    .trim()
    .pipe(z.email('That is not an e-mail address. Try ada@example.com.')),
  town: z
    .string('Where should it go?')
    .trim()
    .min(2, 'Where should it go?')
    .max(80, 'At most 80 characters, please.'),
});

/** A form that is redisplayed with its input and errors, both passed on as flash messages. */
export function deliveryRoutes(): Router {
  const router = Router();

  router.post('/delivery', (request, response) => {
    const session = sessionOf(request);
    const { recipient = '', email = '', town = '' } = (request.body ?? {}) as Record<string, string>;
    const form = deliveryForm.safeParse({ recipient, email, town });
    if (!form.success) {
      session.flashOld({ recipient, email, town });
      session.flashErrors(z.flattenError(form.error).fieldErrors);
      session.flash('notice', { tone: 'bad', text: 'Not sent yet. Please check the marked fields.' });
      // Redirect without a fragment, which would keep `autofocus` from focusing the first field with an error.
      return response.redirect(303, '/');
    }
    if (Object.keys(session.get('cart') ?? {}).length === 0) {
      session.flashOld({ recipient, email, town });
      session.flash('notice', { tone: 'bad', text: 'Your cart is empty. Add a tea first.' });
      return response.redirect(303, '/#cart');
    }
    session.delete('cart');
    const text = `Thank you. The tea for ${form.data.recipient} is on its way to ${form.data.town}.`;
    session.flash('notice', { tone: 'good', text });
    response.redirect(303, '/#delivery');
  });

  return router;
}
