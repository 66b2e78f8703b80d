import type { RpmHeader } from './header.ts';

/** A program of a package that rpm would run as root. It is shown to people, and never run by us (trust.md T50). */
export interface RpmScriptlet {
  /** Its name in a spec file, without the percent sign, for example `post`. */
  readonly kind: string;
  /** What runs it, with its arguments; `<lua>` is inside rpm. */
  readonly interpreter: string;
  /** May be empty: then the interpreter is the program. */
  readonly text: string;
}

/** Tags of text and interpreter (rpm 4.18, rpmtag.h). */
const single = {
  pretrans: [1151, 1153],
  pre: [1023, 1085],
  post: [1024, 1086],
  preun: [1025, 1087],
  postun: [1026, 1088],
  posttrans: [1152, 1154],
  verifyscript: [1079, 1091],
} as const;
const lists = { trigger: [1065, 1092], filetrigger: [5066, 5067], transfiletrigger: [5076, 5077] } as const;

// Only shown: whatever a terminal or a page could take for more than text is replaced.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unshowable = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/g;
const cleaned = (text: string): string => text.replaceAll(unshowable, '\ufffd');

/**
 * All scriptlets and triggers of a package; control characters in them are replaced by U+FFFD.
 * @throws Refusal when a tag is damaged.
 */
export function readScriptlets(header: RpmHeader): readonly RpmScriptlet[] {
  const alone = Object.entries(single)
    .filter(([, tags]) => tags.some((tag) => header.has(tag)))
    .map(([kind, [textTag, interpreterTag]]) => ({
      kind,
      interpreter: cleaned(header.texts(interpreterTag).join(' ')),
      text: cleaned(header.text(textTag) ?? ''),
    }));
  const listed = Object.entries(lists).flatMap(([kind, [textTag, interpreterTag]]) => {
    const interpreters = header.texts(interpreterTag);
    return header
      .texts(textTag)
      .map((text, at) => ({ kind, interpreter: cleaned(interpreters[at] ?? ''), text: cleaned(text) }));
  });
  return [...alone, ...listed];
}
