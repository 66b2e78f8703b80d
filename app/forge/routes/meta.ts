import { reads } from '../access.ts';
import { route, type Route } from '../route.ts';

const plenty = { limit: 5000, remaining: 4999, used: 1 };

/** Operations about the forge itself. */
export const metaRoutes: readonly Route[] = [
  route('GET', '/meta', reads('metadata'), () => ({
    status: 200,
    data: {
      verifiable_password_authentication: false,
      installed_version: '3.17.0',
      hooks: ['127.0.0.1/32'],
      web: ['127.0.0.1/32'],
      api: ['127.0.0.1/32'],
      git: ['127.0.0.1/32'],
    },
  })),
  route('GET', '/rate_limit', reads('metadata'), () => {
    const rate = { ...plenty, reset: Math.floor(Date.now() / 1000) + 3600 };
    return { status: 200, data: { resources: { core: rate, search: rate, graphql: rate }, rate } };
  }),
];
