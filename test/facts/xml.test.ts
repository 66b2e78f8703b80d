import { describe, expect, test } from '@jest/globals';
import { OddXml, readXml } from '../../app/facts/xml.ts';

describe('XML of GOCDB', () => {
  test('is read with its attributes, the five entities and references to characters', () => {
    const root = readXml(
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- a note -->\n<results a='1'><X href="?a=1&amp;b=2"/><Y>&lt;&gt;&quot;&apos; A&#66;&#x43;</Y></results>\n`,
    );
    expect(root.attributes.get('a')).toBe('1');
    expect(root.children.map(({ name }) => name)).toEqual(['X', 'Y']);
    expect(root.children[0]?.attributes.get('href')).toBe('?a=1&b=2');
    expect(root.children[1]?.text).toBe(`<>"' ABC`);
  });

  test.each([
    ['a document type', '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'],
    ['an entity from outside', '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'],
    ['an entity of its own', '<r>&lol;</r>'],
    ['an entity that every object answers to', '<r>&constructor;</r>'],
    ['a bare ampersand', '<r>a & b</r>'],
    ['a reference to nothing', '<r>&#0;</r>'],
    ['a reference to a surrogate', '<r>&#xD800;</r>'],
    ['a reference beyond Unicode', '<r>&#x110000;</r>'],
    ['CDATA', '<r><![CDATA[x]]></r>'],
    ['a processing instruction', '<r><?php x?></r>'],
    ['an element that is not closed', '<r><a></r>'],
    ['an element that closes nothing', '<r></a></r>'],
    ['a cut document', '<r><a>text'],
    ['an attribute twice', '<r a="1" a="2"/>'],
    ['an attribute without quotes', '<r a=1/>'],
    ['two documents', '<r/><r/>'],
    ['text behind the document', '<r/>text'],
    ['nothing', ''],
    ['a page', '<!doctype html><html></html>'],
    ['too deep a document', `${'<a>'.repeat(17)}${'</a>'.repeat(17)}`],
    ['too many elements', `<r>${'<a/>'.repeat(200_001)}</r>`],
  ])('is not read with %s', (_, text) => {
    expect(() => readXml(text)).toThrow(OddXml);
  });

  test.each([
    ['opening brackets', '<'.repeat(200_000)],
    ['an endless comment', `<r><!--${'-'.repeat(200_000)}`],
    ['an endless tag', `<r ${'a="b" '.repeat(50_000)}`],
    ['blanks in a tag', `<r${' '.repeat(200_000)}`],
    ['ampersands', `<r>${'&'.repeat(200_000)}`],
  ])('is refused in a moment when it is made to take long: %s', (_, text) => {
    const begin = performance.now();
    expect(() => readXml(text)).toThrow(OddXml);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
