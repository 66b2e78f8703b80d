import { buildDeb } from '../../app/demo/build-deb.ts';
import { buildRpm } from '../../app/demo/build-rpm.ts';

/** Name and bytes of a package's file. */
export interface PackageFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

const maintainer = 'Product Team <team@provider.example>';
const filesOf = (name: string, version: string) => ({
  [`usr/share/doc/${name}/README`]: `${name} ${version}\n`,
});

/** A Debian package that installs a README. */
export function debOf(name: string, version: string): PackageFile {
  const description = `sample ${name}\n A package to publish.`;
  const files = filesOf(name, version);
  const bytes = buildDeb({ name, version, architecture: 'amd64', maintainer, description, files });
  return { file: `${name}_${version}_amd64.deb`, bytes };
}

/** An rpm package that installs a README. */
export function rpmOf(name: string, version: string): PackageFile {
  const bytes = buildRpm({
    name,
    version,
    release: '1',
    architecture: 'x86_64',
    packager: maintainer,
    summary: `sample ${name}`,
    description: 'A package to publish.',
    files: filesOf(name, version),
  });
  return { file: `${name}-${version}-1.x86_64.rpm`, bytes };
}
