// Its types would declare `request.session` for the whole program.
declare module '@fastify/secure-session' {
  import type { FastifyPluginCallback } from 'fastify';

  const plugin: FastifyPluginCallback<{ key: Buffer; cookie?: object }>;
  export default plugin;
}
