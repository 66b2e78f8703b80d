import { describe, expect, test } from '@jest/globals';
import { states } from '../../app/model/state.ts';
import { createPages } from '../../app/web/pages.tsx';
import { stateWords } from '../../app/web/words.ts';
import { barriers, tagsOf, textOf, unbalanced } from './markup.ts';
import { sampleBoard, sketches } from './sample.ts';
import { told } from './story.ts';

const board = sampleBoard();
const pages = createPages(board);
const read = async (path: string): Promise<string> => (await pages.request(path)).text();
const paths = ['/', '/nowhere', ...sketches.map(({ number }) => `/tickets/${String(number)}`)];

describe('The sample', () => {
  test('has a ticket in every state', () => {
    expect(new Set(board.tickets().map(({ decision }) => decision.state))).toEqual(new Set(states));
  });
});

describe('Every page', () => {
  test.each(paths)('%s is well-formed HTML with a title, a language and a main part', async (path) => {
    const page = await read(path);
    const tags = tagsOf(page);
    expect(page.startsWith('<!doctype html>')).toBe(true);
    expect(unbalanced(tags)).toBeUndefined();
    expect(tags[0]?.attributes.get('lang')).toBe('en');
    expect(tags.find(({ name }) => name === 'title')?.text).not.toBe('');
    expect(tags.filter(({ name, end }) => name === 'main' && !end)).toHaveLength(1);
  });

  test.each(paths)('%s runs nothing and styles nothing inline', async (path) => {
    for (const { name, attributes } of tagsOf(await read(path))) {
      expect(['script', 'style', 'iframe', 'object', 'form', 'base']).not.toContain(name);
      for (const key of attributes.keys()) expect(key).not.toMatch(/^(on|style$)/i);
    }
  });

  test.each(paths)('%s has one first heading, and its headings in order', async (path) => {
    const levels = tagsOf(await read(path))
      .filter(({ name, end }) => /^h\d$/.test(name) && !end)
      .map(({ name }) => Number(name.slice(1)));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels[0]).toBe(1);
    for (const [place, level] of levels.entries())
      expect(level - (levels[place - 1] ?? 0)).toBeLessThanOrEqual(1);
  });

  test.each(paths)(
    '%s names every link, list, table and control, and hides its pictures from screen readers',
    async (path) => {
      expect(barriers(tagsOf(await read(path)))).toEqual([]);
    },
  );

  test.each(paths)('%s links within the site only to what is there', async (path) => {
    const inside = tagsOf(await read(path))
      .map(({ attributes }) => attributes.get('href') ?? '')
      .filter((href) => href.startsWith('/'));
    expect(inside).not.toHaveLength(0);
    for (const href of new Set(inside)) expect((await pages.request(href)).status).toBe(200);
  });

  test.each([...paths, '/style.css', '/api/tickets.json', '/api/nothing.json'])(
    '%s carries the content security policy',
    async (path) => {
      const { headers } = await pages.request(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).not.toMatch(/unsafe|script-src/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('set-cookie')).toBeNull();
    },
  );
});

describe('The board', () => {
  test('shows every release with its class, its provider and its state (R-2.3-6, R-6-3)', async () => {
    const page = textOf(await read('/'));
    for (const { facts, decision } of board.tickets()) {
      expect(page).toContain(decision.release);
      expect(page).toContain(`#${String(facts.pull.number)}`);
      expect(page).toContain(stateWords[decision.state].title);
    }
    expect(page).toContain('emergency');
    expect(page).toContain('NorduGrid');
  });

  test('says first of all who is late, for what and by how much, the longest first (R-2.4-T3-5)', async () => {
    const page = textOf(await read('/'));
    const head = page.slice(0, page.indexOf('The path of a release'));
    expect(head).toContain('2 late');
    expect(head).toMatch(
      /Technology Unit.*arc-gfal2-2\.23\.1.*late by 5 days — was due Fri 6 Mar 2026,? 09:00 UTC.*SiGNET.*arc-arc-ce-7\.0\.1.*late by 1 hour/s,
    );
  });

  test('says so when nobody is late', async () => {
    const calm = createPages(sampleBoard(sketches.filter(({ number }) => number === 27 || number === 22)));
    const page = textOf(await (await calm.request('/')).text());
    expect(page).toContain('Nobody is late.');
    expect(page).not.toMatch(/late by/);
  });

  test('sees a deadline pass although nothing else happened', async () => {
    const later = createPages(
      sampleBoard(
        sketches.filter(({ number }) => number === 27),
        '2026-03-24T09:00:00Z',
      ),
    );
    expect(textOf(await (await later.request('/')).text())).toContain('late by 24 hours');
  });

  test('marks what is held and what needs mending, in words', async () => {
    const page = textOf(await read('/'));
    expect(page).toMatch(/arc-bdii-6\.0\.3.*?held/s);
    expect(page).toMatch(/arc-canl-2\.1\.9.*?needs mending.*?Pull failed 3 times/s);
  });

  test('names the sites of a release with their outcome', async () => {
    const page = textOf(await read('/'));
    expect(page).toMatch(/CESGA warning/);
    expect(page).toMatch(/SiGNET accepted, report late/);
    expect(page).toMatch(/CESGA reject/);
  });

  test('counts what stands at each station of the path', async () => {
    const page = textOf(await read('/'));
    const path = page.slice(page.indexOf('The path of a release'), page.indexOf('Under way'));
    expect(path).toMatch(
      /Provider3 tickets in preparation.*Unverified2 releases1 late.*Staged rollout4 releases1 late.*Production38 releases/s,
    );
  });

  test('keeps states without tickets on one quiet line', async () => {
    const one = createPages(sampleBoard(sketches.filter(({ number }) => number === 27)));
    const page = textOf(await (await one.request('/')).text());
    expect(page).toContain('Nothing in Draft, Certified, Verified, Rolling out, Done, Closing.');
    expect(page).toContain('Nothing in any state: Success, Warning, Rejected, Withdrawn.');
  });

  test('tells a newcomer with an empty board how a release begins', async () => {
    const page = textOf(await (await createPages(sampleBoard([])).request('/')).text());
    expect(page).toContain('A release begins with a pull request');
  });

  test('gives each channel its number of releases, its publication, its key and its source lines', async () => {
    const page = textOf(await read('/'));
    expect(page).toContain('38 releases · publication 41 · Wed 11 Mar 2026');
    expect(page).toContain('https://repository.example.org/channels/keys/production.gpg');
    expect(page).toContain(
      'deb [signed-by=/etc/apt/keyrings/production.gpg] https://repository.example.org/channels/production/umd/5/debian13/amd64 production main',
    );
  });

  test('shows the newest of many ended releases and counts the others', async () => {
    const many = Array.from({ length: 30 }, (_, place) => {
      const number = 40 + place;
      return {
        number,
        component: 'apel',
        version: `3.${String(place)}`,
        story: [
          ...told.unverified(number),
          [
            `2026-03-${String(place + 1).padStart(2, '0')}T09:00:00Z`,
            { event: 'withdrawn', reason: 'x' },
          ] as const,
        ],
      };
    });
    const page = textOf(await (await createPages(sampleBoard(many)).request('/')).text());
    expect(page).toContain('and 24 earlier');
    expect(page).toContain('arc-apel-3.29');
    expect(page).not.toContain('arc-apel-3.23');
  });
});

describe('The page of a ticket', () => {
  test('tells of every step where it stands, why and by which rule', async () => {
    for (const { facts, decision } of board.tickets()) {
      const page = textOf(await read(`/tickets/${String(facts.pull.number)}`));
      for (const { rule } of decision.steps) expect(page).toContain(`Rule ${rule}`);
    }
    const page = textOf(await read('/tickets/30'));
    expect(page).toMatch(
      /Ticket needs mending.*One thing is missing or wrong.*5\.7\.2\.yml:31:9 — The package \[xrootd-client\] has no sha256\./s,
    );
    expect(page).toMatch(/Intake not begun/);
  });

  test('lists every package with its whole digest, the commands that work and the pull request', async () => {
    const page = textOf(await read('/tickets/25'));
    expect(page).toContain('arc-ce_7.0.1-1_amd64.deb');
    expect(page).toContain('65'.repeat(32));
    expect(page).toContain('debian12 amd641.5 MB');
    expect(page).toContain('/accept <site>');
    expect(page).toContain('pull request #25');
  });

  test('says where to get the packages: the channel that holds them, for their own targets only', async () => {
    const page = textOf(await read('/tickets/25'));
    const where = page.slice(page.indexOf('Where to get it'));
    expect(where).toContain('/channels/staged-rollout/umd/5/debian12/amd64 staged-rollout main');
    expect(where).not.toContain('debian13');
    expect(where).not.toContain('/production');
    expect(where).toContain('read back and verified Wed 11 Mar 2026, 06:00 UTC');
    expect(textOf(await read('/tickets/20'))).toContain('It is in no channel at present.');
  });

  test('tells what happened, an entry a line', async () => {
    const page = textOf(await read('/tickets/25'));
    const history = page.slice(page.indexOf('What happened'));
    expect(history).toContain(
      'tiziana verified the packages, with notes: “Upgrade restarts the job service once”.',
    );
    expect(history).toContain('CESGA reported warning, says carmen');
  });

  test('says of a held release that nothing moves', async () => {
    const page = textOf(await read('/tickets/23'));
    expect(page).toContain('Closing, held');
    expect(page).toContain('the merge changed more than the ticket file');
  });
});

describe('What is not there', () => {
  test.each([
    '/tickets/999',
    '/tickets/0',
    '/tickets/abc',
    '/tickets/25.0',
    '/tickets/9999999999999999999999',
    '/tickets/%00',
    '/tickets/-1',
  ])('%s is answered with a page that leads on', async (path) => {
    const response = await pages.request(path);
    expect(response.status).toBe(404);
    const page = await response.text();
    expect(textOf(page)).toContain('There is no such ticket');
    expect(page).toContain('<a href="/">the board</a>');
  });

  test('a page that is not there says so without repeating the address', async () => {
    const response = await pages.request('/%3Cscript%3Ealert(1)%3C/script%3E');
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('alert');
  });

  test.each(['/api/tickets/999.json', '/api/tickets/25', '/api/tickets/x.json', '/api/releases.json'])(
    '%s is answered with JSON that says what to ask instead',
    async (path) => {
      const response = await pages.request(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({
        error: expect.stringMatching(/\.$/),
        mend: expect.stringContaining('/api/tickets.json'),
      });
    },
  );

  test('nothing can be written here', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await pages.request('/tickets/25', { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    }
    expect((await pages.request('/', { method: 'HEAD' })).status).toBe(200);
  });

  test('a bug is not hidden: it goes through to whoever listens', async () => {
    const broken = createPages({
      ...board,
      ticket: () => {
        throw new Error('broken');
      },
    });
    await expect(async () => broken.request('/tickets/1')).rejects.toThrow('broken');
  });
});

test('The stylesheet is served as such, and knows dark mode and paper', async () => {
  const response = await pages.request('/style.css');
  expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8');
  const style = await response.text();
  expect(style).toContain('prefers-color-scheme: dark');
  expect(style).toContain('@media print');
  expect(style).not.toMatch(/url\(|@import/);
  expect(style.split('{')).toHaveLength(style.split('}').length);
});
