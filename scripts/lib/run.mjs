// Child processes: one way to start them, so that each script says what it runs and never leaves one behind.
import { spawn } from 'node:child_process';
import { root } from './repository.mjs';

/** A command that ended with another exit code than 0. */
export class CommandFailed extends Error {
  constructor(command, code) {
    super(`${command} ended with ${code}`);
    this.code = code;
  }
}

/**
 * Runs a command to its end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string>, show?: boolean, keep?: boolean}} options
 *   `env` is added to this process's own; `show` (default true) passes the output on; `keep` returns it as well.
 * @returns {Promise<{code: number, output: string, stdout: string}>} `output` is both streams as they came. A program
 *   that cannot be started counts as code 127.
 */
export function run(program, args, { cwd = root, env = {}, show = true, keep = false } = {}) {
  return new Promise((resolve) => {
    const piped = keep || !show;
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['inherit', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit'],
      // Those two are batch files there, which only a shell can start.
      shell: process.platform === 'win32' && ['npm', 'npx'].includes(program),
    });
    let ended;
    const end = (signal) => {
      ended = signal;
      child.kill(signal);
    };
    process.on('SIGINT', end).on('SIGTERM', end);
    let output = '';
    let stdout = '';
    const take = (stream, out) =>
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (stream === child.stdout) stdout += text;
        if (show) out.write(text);
      });
    take(child.stdout, process.stdout);
    take(child.stderr, process.stderr);
    const done = (code) => {
      process.off('SIGINT', end).off('SIGTERM', end);
      // Told to stop, this process waits for its child and then stops too, instead of going on with the next step.
      if (ended) process.exit(130);
      resolve({ code, output, stdout });
    };
    child.on('error', (error) => {
      output += error.message;
      done(127);
    });
    child.on('close', (code, signal) => done(code ?? (signal ? 1 : 0)));
  });
}

/**
 * Runs a command and throws {@link CommandFailed} unless it succeeds. Returns its standard output when that
 * was kept or not shown. */
export async function must(program, args, options) {
  const { code, output, stdout } = await run(program, args, options);
  if (code !== 0) {
    if (options?.show === false) process.stderr.write(output);
    throw new CommandFailed([program, ...args].join(' '), code);
  }
  return stdout;
}

/** Runs a script's main part; a failure is one line of words and a non-zero exit code, not a stack. */
export async function script(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = error instanceof CommandFailed ? error.code : 1;
  }
}
