import { goodControl, rawAr, type RawEntry } from '../repository/raw-package.ts';
import { changedBytes, changedText, type Chance } from './chance.ts';
import { changedPacking, changedTar, somePacking } from './tar.ts';

const controls = [
  goodControl,
  `${goodControl}Depends: libc6 (>= 2.36), libvoms1 | voms\nX-Long: a\n b\n .\n c\nSection: misc\nInstalled-Size: 12\n`,
];
const installed: readonly RawEntry[] = [
  { path: './', type: '5' },
  { path: './usr/', type: '5' },
  { path: './usr/bin/', type: '5' },
  { path: './usr/bin/voms', content: '#!/bin/sh\n' },
  { path: './usr/bin/link', type: '2', linkTo: 'voms' },
  { path: './usr/bin/hard', type: '1', linkTo: './usr/bin/voms' },
  { path: './usr/share/voms', content: Buffer.alloc(3000, 'x') },
  { path: '././@LongLink', type: 'L', content: `./usr/share/${'long-'.repeat(30)}\0` },
  { path: './usr/share/long', content: 'y' },
];

/** A Debian package with something wrong in it, somewhere between the text of its control file and the bytes of the whole. */
export function changedDeb(chance: Chance): Buffer {
  const control = chance.oneIn(3) ? changedControl(chance.pick(controls), chance) : chance.pick(controls);
  const entries = [
    { path: './', type: '5' },
    { path: './control', content: control },
    { path: './postinst', content: '#!/bin/sh\n' },
  ];
  const [controlPacking, dataPacking] = [somePacking(chance), somePacking(chance)];
  const members = [
    { name: 'debian-binary', bytes: Buffer.from(chance.oneIn(30) ? changedText('2.0\n', chance) : '2.0\n') },
    {
      name: `control.tar${controlPacking}`,
      bytes: changedPacking(changedTar(entries, chance), controlPacking, chance),
    },
    {
      name: `data.tar${dataPacking}`,
      bytes: changedPacking(changedTar(installed, chance), dataPacking, chance),
    },
  ];
  const ar = rawAr(chance.oneIn(8) ? changedMembers(members, chance) : members);
  if (chance.oneIn(10)) changeMemberHeader(ar, chance);
  return chance.oneIn(10) ? changedBytes(ar, chance) : ar;
}

function changedControl(control: string, chance: Chance): string {
  const lines = control.split('\n');
  for (let times = 1 + chance.below(3); times > 0; times -= 1) {
    const at = chance.below(lines.length);
    const [name = '', value = ''] = (lines[at] ?? '').split(/: ?/);
    switch (chance.below(6)) {
      case 0:
        lines[at] = `${name}: ${changedText(value, chance)}`;
        break;
      case 1:
        lines[at] = `${changedText(name, chance)}: ${value}`;
        break;
      case 2:
        lines.splice(at, 0, lines[chance.below(lines.length)] ?? '');
        break;
      case 3:
        lines.splice(at, 1);
        break;
      case 4:
        lines.splice(at, 0, changedText('X-Field: value', chance));
        break;
      default:
        lines[at] = changedText(lines[at] ?? '', chance);
    }
  }
  return lines.join('\n');
}

interface Member {
  readonly name: string;
  readonly bytes: Buffer;
  readonly claims?: string;
}

function changedMembers(members: readonly Member[], chance: Chance): readonly Member[] {
  const list = [...members];
  const at = chance.below(list.length);
  const member = list[at] ?? { name: 'x', bytes: Buffer.alloc(0) };
  switch (chance.below(5)) {
    case 0:
      list[at] = { ...member, name: changedText(member.name, chance).slice(0, 16) };
      break;
    case 1:
      list[at] = { ...member, claims: changedText(String(member.bytes.length), chance).slice(0, 10) };
      break;
    case 2:
      list.splice(at, 1);
      break;
    case 3:
      list.splice(chance.below(list.length), 0, member);
      break;
    default:
      list[at] = {
        ...member,
        name: member.name.replace(/\.\w+$/, chance.pick(['', '.gz', '.xz', '.zst', '.bz2'])),
      };
  }
  return list;
}

/** Changes one of the fields of the first header. */
function changeMemberHeader(ar: Buffer, chance: Chance): void {
  const [offset, length] = chance.pick([
    [0, 16],
    [16, 12],
    [28, 6],
    [40, 8],
    [48, 10],
    [58, 2],
  ] as const);
  ar.write(changedText('1', chance).padEnd(length).slice(0, length), 8 + offset, 'latin1');
}
