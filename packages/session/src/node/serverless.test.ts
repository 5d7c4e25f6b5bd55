import serverlessExpress from '@codegenie/serverless-express';
import express from 'express';
import serverlessHttp from 'serverless-http';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/memory-store.ts';
import { getSession, sessionMiddleware } from '../express.ts';

/** What an adapter returns to the gateway; where it puts the cookies depends on the payload version. */
interface GatewayResponse {
  statusCode: number;
  body: string;
  cookies?: string[];
  headers?: Record<string, string>;
  multiValueHeaders?: Record<string, string[]>;
}

const version1 = {
  version: '1.0',
  resource: '/{proxy+}',
  path: '/page',
  httpMethod: 'GET',
  headers: { host: 'api.example', 'x-forwarded-proto': 'https' },
  multiValueHeaders: { host: ['api.example'], 'x-forwarded-proto': ['https'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  requestContext: { resourcePath: '/{proxy+}', httpMethod: 'GET', identity: { sourceIp: '10.0.0.1' } },
  body: null,
  isBase64Encoded: false,
};
const version2 = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/page',
  rawQueryString: '',
  headers: { host: 'api.example', 'x-forwarded-proto': 'https' },
  requestContext: {
    http: { method: 'GET', path: '/page', protocol: 'HTTP/1.1', sourceIp: '10.0.0.1' },
    stage: '$default',
  },
  isBase64Encoded: false,
};

type Invoke = (app: express.Express, event: object) => Promise<GatewayResponse>;
// Its types describe the CommonJS module, whose default export is under `default`.
const configure = serverlessExpress as unknown as (
  options: object,
) => (event: object, context: object) => Promise<GatewayResponse>;
const adapters: [string, Invoke][] = [
  [
    'serverless-http',
    async (app, event) => (await serverlessHttp(app as never)(event, {})) as GatewayResponse,
  ],
  ['serverless-express', (app, event) => configure({ app, resolutionMode: 'PROMISE' })(event, {})],
];

describe.each(adapters)('behind %s', (_, invoke) => {
  describe.each([
    ['1.0', version1],
    ['2.0', version2],
  ])('with payload %s', (_version, event) => {
    it.each([
      ['a store that responds immediately', false],
      ['a remote store', true],
    ])('delivers the body and the cookie on %s', async (_store, isRemote) => {
      const { store } = createMemoryStore({}, isRemote);
      const app = express().set('trust proxy', true);
      app.use(sessionMiddleware({ store, gcProbability: 0 }));
      app.get('/page', (request, response) => {
        getSession<{ n: number }>(request).set('n', 1);
        response.json({ ok: true });
      });
      const { statusCode, body, cookies, headers, multiValueHeaders } = await invoke(app, event);
      expect([statusCode, JSON.parse(body)]).toEqual([200, { ok: true }]);
      const sent = [cookies, multiValueHeaders?.['set-cookie'], headers?.['set-cookie']]
        .flat()
        .filter(Boolean);
      expect(sent).toEqual([expect.stringMatching(/^__Host-session=[\w-]{43};/)]);
      expect(await store.count()).toBe(1);
    });
  });
});
