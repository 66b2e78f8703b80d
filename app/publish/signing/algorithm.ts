/** Algorithms of keys that are made here. dnf and zypper of RHEL 9 are reported to refuse ed25519 (channels.md, "Keys and signatures"). */
export const algorithms = ['rsa4096', 'rsa3072', 'rsa2048', 'ed25519'] as const;
export type Algorithm = (typeof algorithms)[number];
