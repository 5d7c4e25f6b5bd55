import { isStoreError } from '@store/core';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { failurePage } from '../views/failure-page.ts';

export const answerNotFound: RequestHandler = (_request, response) => {
  response.status(404).send(String(failurePage('Page not found', 'This address does not exist.')));
};

/** A store that is unavailable causes a `StoreError` with status 503; any other error is a bug in this application. */
export const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = Number(error?.status ?? 500);
  if (status >= 500) console.error(error);
  const [title, text] = isStoreError(error)
    ? ['The session store has a problem', error.message]
    : status < 500
      ? ['That request was not valid', 'Go back and try again.']
      : ['Something went wrong', 'The server printed the error to its console.'];
  response.status(status).send(String(failurePage(title, text)));
};
