import { BlockList, isIP } from 'node:net';

/*
 * Which addresses a package may be pulled from. A ticket's URL is written by whoever opened the pull request, so it must not
 * reach the machines of our own network (server-side request forgery, trust.md T41).
 */

/** Who lifted which limits. Neither list is ever read from the ticket. */
export interface FetchRules {
  /**
   * Exact `host:port` pairs as {@link readAllowList} gives them: for these, and only these, the limits on address, port and
   * plain http are lifted (ROLLOUT_FETCH_ALLOW, the operator's).
   */
  readonly allow: ReadonlySet<string>;
  /** Host names that may be asked over plain http on port 80; the bytes are proven by the ticket's digest. */
  readonly httpHosts: readonly string[];
}

type AddressReason = 'refused-url' | 'refused-address';

/** A URL that may be asked, or why not. `detail` is the end of a sentence and quotes nothing but checked host names. */
export type CheckedUrl =
  | {
      readonly ok: true;
      readonly url: URL;
      /** Host as a socket wants it: an IPv6 literal without its brackets. */
      readonly host: string;
      readonly port: number;
      /** The operator named this `host:port`: resolved addresses need no check. */
      readonly lifted: boolean;
    }
  | { readonly ok: false; readonly reason: AddressReason; readonly detail: string };

/** The operator's list of exceptions cannot be read: a start-up error. */
export class AllowListError extends Error {
  override readonly name = 'AllowListError';
}

const longestUrl = 2048;

/** IPv4 that is not a public unicast address (IANA special-purpose registry, RFC 6890). */
const closedIPv4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * IPv6: everything outside global unicast 2000::/3 (so loopback, IPv4-mapped, NAT64 64:ff9b::/96, ULA, link-local and multicast
 * go at once), and the parts of 2000::/3 that carry an IPv4 address or are not public (RFC 6890, RFC 3056, RFC 9637).
 */
const closedIPv6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

function blockList(networks: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

// Two lists: in one, `::/3` would also match every IPv4 address, which BlockList compares in its IPv4-mapped form.
const closed4 = blockList(closedIPv4, 'ipv4');
const closed6 = blockList(closedIPv6, 'ipv6');

/** Whether an IP address in text is public unicast; anything that is not an IP address is not (trust.md T41). */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed4.check(address, 'ipv4');
    case 6:
      return !closed6.check(address, 'ipv6');
    default:
      return false;
  }
}

/**
 * Reads ROLLOUT_FETCH_ALLOW: `host:port` pairs, separated by commas or white space; an IPv6 address stands in brackets.
 * Gives them in the form {@link checkUrl} compares with.
 * @throws AllowListError naming the first pair that is not exactly a host and a port.
 */
export function readAllowList(text: string): ReadonlySet<string> {
  const pairs = new Set<string>();
  for (const pair of text.split(/[\s,]+/).filter((word) => word !== '')) {
    const match = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(pair);
    const url = match === null ? null : URL.parse(`http://${pair}/`);
    const port = Number(match?.[2]);
    if (url === null || port < 1 || port > 65_535) {
      throw new AllowListError(
        `ROLLOUT_FETCH_ALLOW: "${pair}" is not a pair like files.example.org:8080. Write host:port pairs, separated by commas.`,
      );
    }
    pairs.add(`${url.hostname}:${String(port)}`);
  }
  return pairs;
}

const refused = (detail: string, reason: AddressReason = 'refused-url'): CheckedUrl => ({
  ok: false,
  reason,
  detail,
});

/**
 * Checks a URL before anything is asked of it: https (or http where allowed), no user name, the scheme's own port, a host that
 * is a name or a public address. Names are checked again once resolved. `base` is the URL that redirected here, if one did;
 * the address is then read relative to it. Source: trust.md T41, 8.4.
 */
export function checkUrl(text: string, rules: FetchRules, base?: URL): CheckedUrl {
  if (text.length > longestUrl) return refused(`the address is longer than ${String(longestUrl)} characters`);
  // URL parsers drop tabs and newlines, turn `\` into `/` and fold full-width digits: what was read would not be what is asked.
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes('\\')) {
    return refused('the address holds characters that must not stand in one');
  }
  if (base === undefined && !/^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(text)) {
    return refused('the address has no scheme and host like https://files.example.org/');
  }
  const url = URL.parse(text, base?.href);
  if (url === null) return refused('the address cannot be read');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused('the address is not https');
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(base === undefined ? text : url.href)?.[1] ?? '';
  if (url.username !== '' || url.password !== '' || authority.includes('@')) {
    return refused('the address carries a user name');
  }
  return checkHost(url, rules);
}

function checkHost(url: URL, rules: FetchRules): CheckedUrl {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const literal = isIP(host) !== 0;
  if (!literal && !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(host))
    return refused('the host is not a host name');
  if (rules.allow.has(`${url.hostname}:${String(port)}`)) return { ok: true, url, host, port, lifted: true };
  if (url.protocol === 'http:' && !rules.httpHosts.includes(host)) {
    return refused(`the address is not https and plain http is not allowed for ${host}`);
  }
  if (url.port !== '') return refused(`port ${url.port} is not the one of ${url.protocol.slice(0, -1)}`);
  if (literal && !isPublicAddress(host)) {
    return refused(`${host} is not a public address`, 'refused-address');
  }
  return { ok: true, url, host, port, lifted: false };
}
