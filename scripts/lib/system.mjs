// System packages: installed where we know how (Debian, Ubuntu), named everywhere else.
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { byHand, chromiums, debian } from '../packages.mjs';
import { must, run } from './run.mjs';

/** The words of /etc/os-release: `ID` and `ID_LIKE`, e.g. `ubuntu debian`. */
function linuxFamily() {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].map((match) => match[1]).join(' ');
  } catch {
    return '';
  }
}

/** Whether a program can be started by its name. */
export async function has(program, args = ['--version']) {
  return (await run(program, args, { show: false })).code === 0;
}

/** Those of `names` that dpkg does not have installed. Fast and without the network: a second run costs milliseconds. */
async function missingPackages(names) {
  const { output } = await run('dpkg-query', ['-W', '-f=${db:Status-Status} ${Package}\n', ...names], { show: false });
  const installed = new Set(
    output
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice(10)),
  );
  return names.filter((name) => !installed.has(name));
}

async function installOnDebian(kinds) {
  const names = kinds.flatMap((kind) => debian[kind]);
  const { debian: onDebian, ubuntu } = debian.browser;
  if (kinds.includes('test') && !firstChromium()) names.push(...(/ubuntu/.test(linuxFamily()) ? ubuntu : onDebian));
  const missing = await missingPackages(names);
  if (missing.length === 0) return;

  const root = process.getuid() === 0;
  if (!root && !(await has('sudo', ['-V']))) {
    throw new Error(
      `These system packages are missing, and there is no sudo. As root:\n  apt-get install ${missing.join(' ')}`,
    );
  }
  console.log(`Installing system packages${root ? '' : ' through sudo'}: ${missing.join(' ')}`);
  const [program, before] = root ? ['env', []] : ['sudo', ['env']];
  const quiet = [...before, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q'];
  await must(program, [...quiet, 'update'], { show: false });
  await must(program, [...quiet, 'install', '--yes', '--no-install-recommends', ...missing], { show: false });
}

/** What is still needed to compile here, in words; `undefined` when the compiler and its libraries answer. */
async function lacking() {
  if (process.platform === 'darwin') return (await has('xcrun', ['--find', 'clang'])) ? undefined : byHand.darwin;
  // The linker of MSVC is found by cargo through the registry; it cannot be asked by name, so cargo says it if it is gone.
  if (process.platform === 'win32') return undefined;
  const libraries = ['webkit2gtk-4.1', 'librsvg-2.0', 'openssl'];
  if ((await has('cc')) && (await has('pkg-config', ['--exists', ...libraries]))) return undefined;
  const family = linuxFamily();
  const known = ['fedora', 'arch', 'suse'].find((name) => family.includes(name));
  return known ? byHand[known] : byHand.linux;
}

/** The file of the Chromium that the page tests use, or `undefined`. */
export function firstChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return chromiums.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/**
 * Sees to the system packages of these kinds (`build`, `run`, `test`).
 * Throws, with what to install, when the app could not be built without it.
 */
export async function systemPackages(kinds) {
  if (process.platform === 'linux' && /debian|ubuntu/.test(linuxFamily())) return installOnDebian(kinds);
  const words = await lacking();
  if (words) throw new Error(`Lastframe cannot be built before this is installed:\n  ${words}`);
  if (process.platform === 'linux')
    console.log('System packages are not installed for you here. If a build fails, see scripts/packages.mjs.');
  return undefined;
}
