import { describe, expect, test } from '@jest/globals';
import {
  AllowListError,
  checkUrl,
  isPublicAddress,
  readAllowList,
  type FetchRules,
} from '../../app/intake/address.ts';

const strict: FetchRules = { allow: new Set(), httpHosts: ['plain.example.org'] };

describe('URLs that a ticket may not name', () => {
  const table: readonly (readonly [url: string, reason: 'refused-url' | 'refused-address'])[] = [
    ['https://127.0.0.1/p.deb', 'refused-address'],
    ['https://2130706433/p.deb', 'refused-address'],
    ['https://0177.0.0.1/p.deb', 'refused-address'],
    ['https://0x7f000001/p.deb', 'refused-address'],
    ['https://0x7f.1/p.deb', 'refused-address'],
    ['https://127.1/p.deb', 'refused-address'],
    ['https://127.0.0.1./p.deb', 'refused-address'],
    ['https://%31%32%37.0.0.1/p.deb', 'refused-address'],
    ['https://0/p.deb', 'refused-address'],
    ['https://①②⑦.⓪.⓪.①/p.deb', 'refused-url'],
    ['https://127。0。0。1/p.deb', 'refused-url'],
    ['https://10.1.2.3/p.deb', 'refused-address'],
    ['https://172.31.255.254/p.deb', 'refused-address'],
    ['https://192.168.0.1/p.deb', 'refused-address'],
    ['https://169.254.169.254/latest/meta-data', 'refused-address'],
    ['https://100.64.0.1/p.deb', 'refused-address'],
    ['https://192.0.0.8/p.deb', 'refused-address'],
    ['https://198.19.0.1/p.deb', 'refused-address'],
    ['https://224.0.0.1/p.deb', 'refused-address'],
    ['https://255.255.255.255/p.deb', 'refused-address'],
    ['https://[::1]/p.deb', 'refused-address'],
    ['https://[::]/p.deb', 'refused-address'],
    ['https://[::ffff:127.0.0.1]/p.deb', 'refused-address'],
    ['https://[::ffff:8.8.8.8]/p.deb', 'refused-address'],
    ['https://[::ffff:0:127.0.0.1]/p.deb', 'refused-address'],
    ['https://[64:ff9b::7f00:1]/p.deb', 'refused-address'],
    ['https://[64:ff9b:1::7f00:1]/p.deb', 'refused-address'],
    ['https://[2002:7f00:1::]/p.deb', 'refused-address'],
    ['https://[2001:0:7f00:1::]/p.deb', 'refused-address'],
    ['https://[2001:db8::1]/p.deb', 'refused-address'],
    ['https://[fc00::1]/p.deb', 'refused-address'],
    ['https://[fd12:3456::1]/p.deb', 'refused-address'],
    ['https://[fe80::1]/p.deb', 'refused-address'],
    ['https://[ff02::1]/p.deb', 'refused-address'],
    ['https://[fe80::1%25eth0]/p.deb', 'refused-url'],
    ['https://user@files.example.org/p.deb', 'refused-url'],
    ['https://user:word@files.example.org/p.deb', 'refused-url'],
    ['https://@files.example.org/p.deb', 'refused-url'],
    ['https://files.example.org@127.0.0.1/p.deb', 'refused-url'],
    ['https://files.example.org:8443/p.deb', 'refused-url'],
    ['https://files.example.org:22/p.deb', 'refused-url'],
    ['https://files.example.org:80/p.deb', 'refused-url'],
    ['http://files.example.org/p.deb', 'refused-url'],
    ['http://plain.example.org:8080/p.deb', 'refused-url'],
    ['http://sub.plain.example.org/p.deb', 'refused-url'],
    ['http://plain.example.org.evil.example/p.deb', 'refused-url'],
    ['http://127.0.0.1/p.deb', 'refused-url'],
    ['ftp://files.example.org/p.deb', 'refused-url'],
    ['file:///etc/passwd', 'refused-url'],
    ['gopher://files.example.org/x', 'refused-url'],
    ['data:text/plain,hello', 'refused-url'],
    ['javascript:alert(1)', 'refused-url'],
    ['https:files.example.org/p.deb', 'refused-url'],
    ['https:///files.example.org/p.deb', 'refused-url'],
    ['//files.example.org/p.deb', 'refused-url'],
    ['/etc/passwd', 'refused-url'],
    ['https:\\\\files.example.org\\p.deb', 'refused-url'],
    ['https://files.example.org\\@127.0.0.1/', 'refused-url'],
    [' https://files.example.org/p.deb', 'refused-url'],
    ['https://files.exa\nmple.org/p.deb', 'refused-url'],
    ['https://files.exa\tmple.org/p.deb', 'refused-url'],
    ['https://fi`les.example.org/p.deb', 'refused-url'],
    ['https://files..example.org/p.deb', 'refused-url'],
    ['https://1.2.3.4.5/p.deb', 'refused-url'],

    ['', 'refused-url'],
  ];
  test.each(table)('%j is a %s', (url, reason) => {
    expect(checkUrl(url, strict)).toMatchObject({ ok: false, reason });
  });

  test('one longer than 2048 characters is refused, one of 2048 is not', () => {
    const start = 'https://files.example.org/';
    expect(checkUrl(start.padEnd(2048, 'a'), strict).ok).toBe(true);
    expect(checkUrl(start.padEnd(2049, 'a'), strict)).toMatchObject({ ok: false, reason: 'refused-url' });
  });

  test('no message quotes more of the URL than a checked host', () => {
    for (const [url] of table) {
      const checked = checkUrl(url, strict);
      expect(checked.ok ? '' : checked.detail).toMatch(/^[a-zA-Z0-9 .,:/_-]{1,120}$/);
    }
  });
});

describe('URLs that a ticket may name', () => {
  test.each([
    ['https://files.example.org/p.deb', 443],
    ['https://files.example.org:443/p.deb?x=1', 443],
    ['https://FILES.example.org./p.deb', 443],
    ['http://plain.example.org/p.deb', 80],
    ['https://plain.example.org/p.deb', 443],
    ['https://8.8.8.8/p.deb', 443],
    ['https://[2606:4700::1111]/p.deb', 443],
    ['https://xn--bcher-kva.example/p.deb', 443],
  ])('%s, port %d', (url, port) => {
    expect(checkUrl(url, strict)).toMatchObject({ ok: true, port, lifted: false });
  });

  test('a redirect is read relative to where it came from', () => {
    const base = new URL('https://files.example.org/a/b');
    expect(checkUrl('../c', strict, base)).toMatchObject({ ok: true, host: 'files.example.org' });
    expect(checkUrl('//10.0.0.1/c', strict, base)).toMatchObject({ ok: false, reason: 'refused-address' });
    expect(checkUrl('http://files.example.org/c', strict, base)).toMatchObject({ ok: false });
    expect(checkUrl('//u:p@files.example.org/c', strict, base)).toMatchObject({ ok: false });
  });
});

describe('what the operator allows', () => {
  const allow = readAllowList('127.0.0.1:8080, mirror.internal:80\n[::1]:9000 secure.internal:8443');
  const rules: FetchRules = { allow, httpHosts: [] };

  test.each([
    'http://127.0.0.1:8080/p.deb',
    'https://127.0.0.1:8080/p.deb',
    'http://2130706433:8080/p.deb',
    'http://mirror.internal/p.deb',
    'http://[::1]:9000/p.deb',
    'https://secure.internal:8443/p.deb',
  ])('%s is lifted', (url) => {
    expect(checkUrl(url, rules)).toMatchObject({ ok: true, lifted: true });
  });

  test.each([
    'http://127.0.0.1:8081/p.deb',
    'http://127.0.0.2:8080/p.deb',
    'http://mirror.internal:8080/p.deb',
    'http://secure.internal/p.deb',
    'http://u:p@127.0.0.1:8080/p.deb',
    'ftp://127.0.0.1:8080/p.deb',
  ])('%s is not lifted by a neighbour', (url) => {
    expect(checkUrl(url, rules).ok).toBe(false);
  });

  test('a name keeps its own check on the scheme port', () => {
    expect(checkUrl('https://mirror.internal/p.deb', rules)).toMatchObject({ ok: true, lifted: false });
  });

  test.each([
    'files.example.org',
    '*:80',
    'a:0',
    'a:65536',
    'http://a:80',
    'u@a:80',
    '::1:80',
    'a:80/x',
    'a:',
  ])('the pair %j is a start-up error that names it', (pair) => {
    expect(() => readAllowList(pair)).toThrow(AllowListError);
    expect(() => readAllowList(pair)).toThrow(pair);
  });

  test('an empty list allows nothing', () => {
    expect(readAllowList('').size).toBe(0);
  });
});

describe('isPublicAddress', () => {
  test.each(['1.1.1.1', '9.255.255.255', '11.0.0.0', '172.32.0.0', '2a00::1', '2606:4700::1111'])(
    '%s is',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  test.each([
    '10.255.255.255',
    '172.16.0.0',
    '::ffff:1.1.1.1',
    '1fff::1',
    '4000::1',
    'localhost',
    '',
    '127.1',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});
