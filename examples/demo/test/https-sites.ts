import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** One request for a page, and its response. */
export interface Visit {
  /** `https://host/path`, without the port. */
  url: string;
  /** The cookies as they were sent, in order. */
  cookies: string[];
  setCookies: string[];
}

export interface HttpsSites {
  /** Serves an application under a host name, replacing the previous one. */
  deploy(host: string, application: RequestListener): void;
  origin(host: string): string;
  /** Every request since the last call. */
  takeVisits(): Visit[];
  close(): Promise<void>;
}

/** Makes a browser resolve every `.test` host to this machine. */
export const browserArgs = ['--host-resolver-rules=MAP *.test 127.0.0.1'];

/** Serves several host names over https and HTTP/2, on one port of this machine. */
export async function serveHttpsSites(): Promise<HttpsSites> {
  const applications = new Map<string, RequestListener>();
  const visits: Visit[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const host = String(request.headers[':authority'] ?? request.headers.host).replace(/:\d+$/, '');
    const application = applications.get(host);
    if (!application || request.url === '/favicon.ico') return void response.writeHead(404).end();
    const visit: Visit = {
      url: `https://${host}${request.url}`,
      cookies: request.headers.cookie?.split('; ') ?? [],
      setCookies: [],
    };
    visits.push(visit);
    response.on('finish', () => {
      visit.setCookies = [response.getHeader('Set-Cookie') ?? []].flat() as string[];
    });
    application(request, response);
  };
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, listener as never);
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    deploy: (host, application) => void applications.set(host, application),
    origin: (host) => `https://${host}:${port}`,
    takeVisits: () => visits.splice(0),
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Self-signed and only for tests, since the key is public. Browsers are told to ignore the issuer. */
const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMMhOIq3qHCFVLVFJ
dJF5TrNVhgBy7b8LzfWNqmCSpOGhRANCAASsLWehQuFqDw7TCqkSW6VWIumUq+T1
eKYSQndIP8ZfSp8Gbq/GXhFp9yVJwe/ZoexRMUwJFUTtxhFmcWAtPO4I
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUMQCZrCTCgli/kY/uP8ArnedGKeEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTEyNTczNVoYDzIxMjYxMTAx
MTI1NzM1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASsLWehQuFqDw7TCqkSW6VWIumUq+T1eKYSQndIP8ZfSp8Gbq/GXhFp
9yVJwe/ZoexRMUwJFUTtxhFmcWAtPO4Io1MwUTAdBgNVHQ4EFgQUpvKAx2Xf+GDw
94Kt/nZPKJzTP8kwHwYDVR0jBBgwFoAUpvKAx2Xf+GDw94Kt/nZPKJzTP8kwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAITnxDACf3u4am4EwlmptA
WXvKceOoboUc2ZG52su0NwIhAMbmUXF2/+wf5XCDHmZcxaqEe9bvpPn+o7I+k1sr
1CvX
-----END CERTIFICATE-----`,
};
