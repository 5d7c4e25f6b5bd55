import { isStoreError } from '@store/core';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { failurePage } from '../views/failure-page.ts';

export const answerNotFound: RequestHandler = (_request, response) => {
  response.status(404).send(String(failurePage('Nothing here', 'This address leads nowhere.')));
};

/** A store that cannot answer comes as a `StoreError` with status 503; everything else is a fault of this application. */
export const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = Number(error?.status ?? 500);
  if (status >= 500) console.error(error);
  const [title, text] = isStoreError(error)
    ? ['The session store has a problem', error.message]
    : status < 500
      ? ['That request made no sense', 'Go back and try again.']
      : ['Something broke', 'The console of the server says what.'];
  response.status(status).send(String(failurePage(title, text)));
};
