import type { RawEntry } from '../repository/raw-package.ts';
import { changedBytes, changedText, type Chance } from './chance.ts';
import { changedPacking, changedTar, somePacking } from './tar.ts';

const entries: readonly RawEntry[] = [
  { path: 'pax_global_header', type: 'g', content: '30 comment=0123456789abcdef01\n' },
  { path: 'voms-2.1/', type: '5' },
  { path: 'voms-2.1/bin/voms', content: '#!/bin/sh\n' },
  { path: 'PaxHeaders/x', type: 'x', content: '22 path=voms-2.1/other\n'.replace('22', '23') },
  { path: 'voms-2.1/short', content: 'x' },
  { path: 'voms-2.1/bin/link', type: '2', linkTo: '../bin/voms' },
  { path: 'voms-2.1/bin/hard', type: '1', linkTo: 'voms-2.1/bin/voms' },
  { path: '././@LongLink', type: 'L', content: `voms-2.1/${'long-'.repeat(30)}\0` },
  { path: 'voms-2.1/long', content: Buffer.alloc(2000, 'z') },
  { path: '././@LongLink', type: 'K', content: 'bin/voms\0' },
  { path: 'voms-2.1/far', type: '2', linkTo: 'x' },
];

/** A release tarball with something wrong in it, and its file name. */
export function changedTarball(chance: Chance): { readonly bytes: Buffer; readonly name: string } {
  const packing = somePacking(chance);
  const packed = changedPacking(changedTar(entries, chance), packing, chance);
  const name = `voms-2.1.0.tar${chance.oneIn(30) ? chance.pick(['', '.gz', '.xz', '.zst']) : packing}`;
  return {
    bytes: chance.oneIn(12) ? changedBytes(packed, chance) : packed,
    name: chance.oneIn(40) ? changedText(name, chance) : name,
  };
}
