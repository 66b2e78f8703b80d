import { Refusal } from '../refusal.ts';
import { repomdText, type Repomd, type RepomdEntry } from './repomd.ts';

const tag = (name: string): RegExp => new RegExp(`^    <${name}(?: type="sha256")?>([^<]*)</${name}>$`, 'm');
const block = /^ {2}<data type="([a-z_]{1,40})">\n((?: {4}<[^\n]*>\n)*) {2}<\/data>$/gm;
const maximumText = 1024 * 1024;

/**
 * Reads a `repomd.xml` that `repomdText` has written; a text that says anything else, or says it in another way, is refused.
 * @throws Refusal
 */
export function parseRepomd(text: string): Repomd {
  if (text.length > maximumText) throw new Refusal('it is too long');
  const lines = (name: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^    <${name}>([^<&]*)</${name}>$`, 'gm'))].map(([, value = '']) => value);
  const repomd: Repomd = {
    revision: /^ {2}<revision>([^<&]*)<\/revision>$/m.exec(text)?.[1] ?? '',
    tags: { content: lines('content'), repo: lines('repo') },
    data: [...text.matchAll(block)].map(([, type = '', body = '']) => entryOf(type, body)),
  };
  if (repomdText(repomd) !== text) throw new Refusal('it is not written as this channel writes it');
  return repomd;
}

function entryOf(type: string, body: string): RepomdEntry {
  const value = (name: string): string => tag(name).exec(body)?.[1] ?? '';
  const [, href = ''] = /^ {4}<location href="([A-Za-z0-9._/-]+)"\/>$/m.exec(body) ?? [];
  const number = (name: string): number => {
    const digits = value(name);
    if (!/^\d{1,15}$/.test(digits)) throw new Refusal(`it has no ${name} of ${type}`);
    return Number(digits);
  };
  return { type, href, sha256: value('checksum'), size: number('size'), timestamp: number('timestamp') };
}
