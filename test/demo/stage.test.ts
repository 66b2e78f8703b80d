import { describe, expect, test } from '@jest/globals';
import { Stage } from '../../app/demo/stage.ts';
import type { TicketView } from '../../app/web/board.ts';
import { oddSketches } from '../web/odd-sample.ts';
import { viewOf } from '../web/sample-ticket.ts';

/** What the stage shows of views, one after the other. */
function shown(...views: readonly TicketView[]): readonly string[] {
  let text = '';
  const stage = new Stage((line) => (text += line), false);
  for (const { facts, decision } of views) stage.sees(facts, decision);
  return text.split('\n').filter((line) => line !== '');
}
const [silent] = oddSketches.map(viewOf);
if (!silent) throw new Error('no sample');

describe('The stage of the demo', () => {
  test('tells the time of the process on every line, and keeps to a terminal of 100 columns', () => {
    const lines = shown(silent);
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      expect(line).toMatch(/^(Wed 11 Mar 10:00 {2}| {16})/);
      expect(line.length).toBeLessThanOrEqual(100);
    }
  });

  test('tells each reminder once, and the state when it changed', () => {
    const text = shown(silent, silent).join(' ').replaceAll(/\s+/g, ' ');
    expect(text.match(/reminder to GRIF: half of the time for step 3, the report is over/g)).toHaveLength(1);
    expect(text.match(/reminder to GRIF and the managers: step 3, the report is 2 working/g)).toHaveLength(1);
    expect(text.match(/→ rolling-out, waits for CESGA: the report/g)).toHaveLength(1);
  });
});
