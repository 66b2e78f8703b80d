import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importCommand } from '../../app/commands/import.ts';

/** A product as the UMD-5 files have it, complete as far as they can be. */
export const product: Readonly<Record<string, unknown>> = {
  name: 'Gfal2',
  version: '2.23.1',
  currentState: 'Production',
  technology_provider: 'CERN',
  contact: 'somebody@provider.example',
  technicalContact: 'somebody@provider.example',
  description: 'Gfal2 gives access to files in the grid.',
  releaseDate: '2024-09-18',
  majorVersion: '2',
  minorVersion: '23',
  revisionVersion: '1',
  releaseNotes: 'https://provider.example/gfal2/notes',
  changeLog: 'https://provider.example/gfal2/changes',
  documentationLinks: ['https://provider.example/gfal2/docs'],
  repositoryURL: 'sw/production/umd/5/al9/release/x86_64',
  distributionType: 'UMD',
  distributionVersion: '5.0.0',
  capabilities: ['File Access'],
  extraOSRepos: ['crb'],
  target: [
    {
      platform: 'al9',
      arch: 'x86_64',
      rpms: ['https://provider.example/rpms/gfal2-2.23.1-1.el9.x86_64.rpm'],
    },
  ],
  softwareConfigurationLink: '',
};

/** The same with some fields changed; undefined takes one away. */
export const withFields = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ ...product, ...fields });

export interface ReportedFile {
  readonly source: string;
  readonly ticket?: string;
  readonly written: string;
  readonly complete: boolean;
  readonly problems: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
    readonly mend: string;
  }[];
}

/** A folder for product files and tickets. */
export class Scratch {
  readonly root = mkdtempSync(join(tmpdir(), 'import-'));

  put(path: string, content: string | Uint8Array): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Imports a folder of this one, against the sample catalogue, and gives the report that is printed as JSON. */
  async imports(
    dir: string,
    out?: string,
  ): Promise<{ status: number; rules: Record<string, number>; files: readonly ReportedFile[] }> {
    let printed = '';
    const target = out === undefined ? {} : { out: join(this.root, out) };
    const status = await importCommand(join(this.root, dir), { ...target, json: true }, (text) => {
      printed += text;
    });
    const { files, rules } = JSON.parse(printed) as {
      files: readonly ReportedFile[];
      rules: Record<string, number>;
    };
    return { status, files, rules };
  }

  /** The rules that a product file breaks, in their order, warnings with a question mark; what every one of these files lacks left out. */
  async told(content: string | Uint8Array, name = 'gfal2-2.23.1-el9.json'): Promise<readonly string[]> {
    this.put(`single/${name}`, content);
    const { files } = await this.imports('single');
    rmSync(join(this.root, 'single'), { recursive: true });
    const usual =
      /^(spec\.(class|backward_compatible|certification_reports|issues|documentation\.updated) is missing\.|.* neither size nor sha256\.)$/;
    return files.flatMap(({ problems }) =>
      problems
        .filter(({ message }) => !usual.test(message))
        .map(({ rule, severity }) => `${rule}${severity === 'warning' ? '?' : ''}`),
    );
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
