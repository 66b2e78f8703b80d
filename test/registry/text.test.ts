import { describe, expect, test } from '@jest/globals';
import { EarlyAdoptersSchema, type Site } from '../../app/model/early-adopters.ts';
import { readAs, writeYaml } from '../../app/model/yaml.ts';
import { withSite } from '../../app/registry/text.ts';
import { configuration, registryText } from './facts.ts';

const { sites } = configuration.earlyAdopters;
const read = (text: string | undefined): readonly Site[] => {
  const result = readAs(EarlyAdoptersSchema, text ?? '', 'registry');
  return result.ok ? result.value.sites : [];
};
const pic: Site = {
  site: 'PIC',
  country: 'NO',
  organisation: 'Port d’Informació: it’s # a {test}, [really] \'quoted\' "twice"',
  github: ['otto', 'no', '123'],
  mail: 'grid@pic.example',
  vos: ['atlas', '1e3'],
  commitments: [
    { stack: 'glite', component: 'bdii', os: 'debian12', until: '2027-06-30', only_versions: '>=6 <7' },
  ],
};
const lines = (text: string | undefined): readonly string[] => (text ?? '').split('\n');

describe('The text of the registry', () => {
  test('gets a new site at its end; every line that was there stays', () => {
    const text = withSite(registryText, pic);
    expect(read(text)).toEqual([...sites, pic]);
    expect(text?.startsWith(registryText.trimEnd())).toBe(true);
    expect(lines(text).slice(lines(registryText.trimEnd()).length)).toEqual([
      '  - site: PIC',
      "    country: 'NO'",
      "    organisation: 'Port d’Informació: it’s # a {test}, [really] ''quoted'' \"twice\"'",
      "    github: [otto, 'no', '123']",
      '    mail: grid@pic.example',
      "    vos: [atlas, '1e3']",
      '    commitments:',
      "      - { stack: glite, component: bdii, os: debian12, until: '2027-06-30', only_versions: '>=6 <7' }",
      '',
    ]);
  });

  test.each(sites.map((site) => [site.site, site] as const))(
    'changes %s alone; comments and all other lines stay',
    (_, site) => {
      const commented = registryText.replaceAll(
        /^ {2}- site: (.*)$/gm,
        '  # about $1\n\n  - site: $1 # here',
      );
      const changed = { ...site, mail: 'other@site.example', commitments: [] };
      const text = withSite(commented, changed);
      expect(read(text)).toEqual(sites.map((one) => (one.site === site.site ? changed : one)));
      const other = (all: readonly string[]) => all.filter((line) => line.startsWith('  # about'));
      expect(other(lines(text))).toEqual(other(lines(commented)));
      expect(text?.endsWith('\n')).toBe(true);
    },
  );

  test('written again as it is stays as it is, byte by byte', () => {
    const plain = sites.filter(({ commitments }) => commitments.every(({ until }) => until === undefined));
    expect(plain.length).toBeGreaterThan(5);
    for (const site of plain) {
      const again = withSite(registryText, site);
      // Of the words in brackets and the country only the quotes may differ.
      expect(again?.replaceAll("'", '')).toBe(registryText.replaceAll("'", ''));
    }
  });

  test.each([
    [
      'is written in brackets',
      writeYaml({ ...configuration.earlyAdopters }).replace(
        /sites:[^]*$/,
        `sites: ${JSON.stringify(sites)}\n`,
      ),
    ],
    ['has no site yet', 'apiVersion: rollout/v1\nkind: EarlyAdopters\nsites: []\n'],
  ])('that %s is written as a whole', (_, text) => {
    expect(read(withSite(text, pic))).toEqual([...read(text), pic]);
  });

  test('that is broken is not touched', () => {
    expect(withSite(registryText.replace('kind: EarlyAdopters', 'kind: Other'), pic)).toBeUndefined();
  });
});
