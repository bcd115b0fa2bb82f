/** The packages, above all the installer for Windows, as far as they can be looked at without building them. The way to more rights: cli/engineByPipe.windows.ts. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { engineArguments } from '../../electron/main/engineArguments';

const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const { validateSchema } = require('app-builder-lib/out/util/config/schemaValidator') as {
  validateSchema: (schema: unknown, data: unknown) => void;
};
interface FileMatcher {
  createFilter: () => (file: string, stat: { isDirectory: () => boolean }) => boolean;
}
const { getNodeModuleFileMatcher } = require('app-builder-lib/out/fileMatcher') as {
  getNodeModuleFileMatcher: (
    app: string,
    target: string,
    expand: (text: string) => string,
    platform: unknown,
    packager: unknown,
  ) => FileMatcher;
};
const { load } = createRequire(require.resolve('app-builder-lib'))('js-yaml') as {
  load: (text: string) => Record<string, unknown>;
};
const file = new URL('../../electron-builder.yml', import.meta.url);
const configuration = load(fs.readFileSync(file, 'utf8')) as {
  productName: string;
  extraResources: { from: string; to: string }[];
  asarUnpack: string[];
  linux: Record<string, unknown>;
  win: Record<string, unknown>;
  nsis: Record<string, unknown>;
};

describe('electron-builder’s configuration', () => {
  const schema: unknown = require('app-builder-lib/scheme.json');

  it('is one', () => {
    expect(() => validateSchema(schema, configuration)).not.toThrow();
    expect(() => validateSchema(schema, { ...configuration, nsis: { perMachin: true } })).toThrow(
      'configuration.nsis',
    );
  });

  it('installs for the machine, where only administrators may write, and nowhere else', () => {
    expect(configuration.nsis).toMatchObject({ perMachine: true, allowToChangeInstallationDirectory: false });
  });

  it('asks for no more rights than the user has', () => {
    expect(configuration.win).toMatchObject({ requestedExecutionLevel: 'asInvoker' });
  });

  it('has the command line program where the window looks for it', () => {
    const [program] = engineArguments({
      ...{ demo: null, platform: 'win32', packaged: true, root: '', env: {} },
      resources: `C:\\Program Files\\${configuration.productName}\\resources`,
    });
    const bin = configuration.extraResources.find(({ from }) => from === 'dist/program/bin');
    expect(program).toBe(
      `--run-as=C:\\Program Files\\${configuration.productName}\\resources\\${bin!.to}\\socketscope.exe`,
    );
  });

  it.each([
    ['linux', 'koffi-linux-x64', 'koffi-win32-x64'],
    ['win', 'koffi-win32-x64', 'koffi-linux-x64'],
  ] as const)('packs for %s no native code of another system', (platform, own, foreign) => {
    const packager = { config: configuration, debugLogger: { isEnabled: false } };
    const takes = getNodeModuleFileMatcher(
      '/app',
      '/out',
      (text) => text,
      configuration[platform],
      packager,
    ).createFilter();
    const file = { isDirectory: () => false };
    const isPacked = (name: string): boolean => takes(`/app/node_modules/@koromix/${name}/koffi.node`, file);
    expect([own, foreign].map(isPacked)).toEqual([true, false]);
  });

  it('leaves native code where Windows can load it', () => {
    expect(configuration.asarUnpack).toContain('**/*.node');
  });
});
