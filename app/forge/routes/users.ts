import { reads, writes } from '../access.ts';
import { accountNamed } from '../accounts.ts';
import { publicUser } from '../payloads/account.ts';
import { notFound } from '../refusal.ts';
import { actorOf, route, type Route } from '../route.ts';

/** Operations about accounts. */
export const userRoutes: readonly Route[] = [
  route('GET', '/user', { ...writes('signed-in'), app: 'no' }, (inside, call) => {
    const account = accountNamed(inside.state, actorOf(inside, call.caller));
    if (account === undefined) throw notFound();
    return { status: 200, data: publicUser(inside, account) };
  }),
  route('GET', '/users/:login', reads('metadata'), (inside, call) => {
    const account = accountNamed(inside.state, call.param('login'));
    if (account === undefined) throw notFound();
    return { status: 200, data: publicUser(inside, account) };
  }),
];
