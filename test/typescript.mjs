import { register } from 'node:module';

/* `node --import ./test/typescript.mjs FILE.ts` runs TypeScript of app/ and test/ as jest would, without jest: for benches and planted bugs. */
register('./typescript-hooks.mjs', import.meta.url, { data: process.env.PLANTED });
